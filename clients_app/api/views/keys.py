"""The public keys of a client."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.etags import etag_of, refuse_changed
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import none_but
from clients_app.api.serializers.credentials import (
    KEY_PROPERTIES,
    KeyModel,
    NewKeyModel,
    RotateKeyModel,
    one_key_in,
)
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import number_of, page_of, permitted, readable, successor_end
from clients_app.api.views.resource import Resource
from clients_app.errors import gettext_noop as _
from clients_app.http.credential_json import key_json, listed_key_json
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.selectors.credentials.keys import get_key, listed_keys
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import KeyDraft, add_keys, edit_key, remove_key

_GONE: Final = _("There is no such public key. It may have been removed.")


class KeysView(Resource):
    """The public keys of a client: live ones and those that expired in the last 90 days."""

    resource = "keys"

    properties = KEY_PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the keys, newest first."""
        client, _actor = readable(request, client_id, client_type)
        keys = listed_keys(client, now=timezone.now())
        return page_of(request, keys, as_json=listed_key_json)

    def post(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Add a public key, or the address of the client's keys; the private key stays there."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.ADD_CREDENTIAL)
        form_key = form_key_of(request, actor=actor)
        values = values_from(NewKeyModel, request.data, current=None)
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", ""),
            expires_at=expiration_in(values),
        )
        [key] = add_keys(client, draft, actor=actor, now=timezone.now(), form_key=form_key)
        return Response(key_json(key), status=201)


class KeyView(Resource):
    """A public key of a client."""

    resource = "key"

    properties = KEY_PROPERTIES

    def get(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Return the key."""
        none_but(request)
        client, _actor = readable(request, client_id, client_type)
        return _shown(_found(client, key_id))

    def put(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Change the description or the expiration; the key stays."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.EDIT_CREDENTIAL)
        key = _found(client, key_id)
        current = listed_key_json(key)
        values = values_from(KeyModel, request.data, current=current)
        draft = CredentialDraft(
            description=values.get("Description", key.description),
            expires_at=expiration_in(values, now=key.expires_at),
        )
        version = key.version if refuse_changed(request, current) else None
        if repeats(request.data, current):
            return _shown(key)
        now = timezone.now()
        edit_key(client, key.pk, draft, actor=actor, now=now, expected_version=version)
        return _shown(_found(client, key_id))

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Remove the key with its tokens: no token is issued for it from now on."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.REMOVE_CREDENTIAL)
        key = _found(client, key_id)
        version = key.version if refuse_changed(request, listed_key_json(key)) else None
        now = timezone.now()
        remove_key(client, key.pk, expected_version=version, actor=actor, now=now)
        return Response(status=204)


class RotateKeyView(Resource):
    """Replacing a public key."""

    resource = "rotate_key"

    properties = KEY_PROPERTIES

    def post(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Add a key and let the old one expire."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.ADD_CREDENTIAL)
        form_key, now = form_key_of(request, actor=actor), timezone.now()
        old = _found(client, key_id)
        values = values_from(RotateKeyModel, request.data, current=None)
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", old.description),
            expires_at=expiration_in(values, now=successor_end(old, client, now=now)),
        )
        rotated = rotate_key(
            client,
            old.pk,
            draft,
            old_ends_at=values.get("OldKeyEnds", now + PERIODS[OldEnds.IN_24_HOURS]),
            actor=actor,
            now=now,
            form_key=form_key,
        )
        return Response({**key_json(rotated.key), "OldKey": key_json(rotated.old)}, status=201)


def _found(client: Client, key_id: str) -> Any:
    return get_key(client, number_of(key_id, _GONE), now=timezone.now())


def _shown(key: Any) -> Response:
    model = listed_key_json(key)
    return Response(model, headers={"ETag": etag_of(model)})
