"""The public keys of a client."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.serializers.credentials import (
    KEY_PROPERTIES,
    KeyModel,
    NewKeyModel,
    RotateKeyModel,
    one_key_in,
)
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import Credentials, successor_end, to_add
from clients_app.api.views.resource import Resource
from clients_app.errors import gettext_noop as _
from clients_app.http.credential_json import key_json, listed_key_json
from clients_app.permissions import Action
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.selectors.credentials.keys import get_key, listed_keys
from clients_app.services.credentials.changes import CredentialDraft
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import KeyDraft, add_keys, edit_key, remove_key

_KEYS: Final = Credentials(
    listed=listed_keys,
    get=get_key,
    edit=edit_key,
    remove=remove_key,
    as_json=listed_key_json,
    may_edit=Action.EDIT_CREDENTIAL,
    may_remove=Action.REMOVE_CREDENTIAL,
    gone=_("There is no such public key. It may have been removed."),
)


class KeysView(Resource):
    """The public keys of a client: live ones and those that expired in the last 90 days."""

    resource = "keys"

    properties = KEY_PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the keys, newest first."""
        return _KEYS.page(request, client_id, client_type)

    def post(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Add a public key, or the address of the client's keys; the private key stays there."""
        client, values, by = to_add(
            request, client_id, client_type, Action.ADD_CREDENTIAL, NewKeyModel
        )
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", ""),
            expires_at=expiration_in(values),
        )
        [key] = add_keys(client, draft, **by)
        return Response(key_json(key), status=201)


class KeyView(Resource):
    """A public key of a client."""

    resource = "key"

    properties = KEY_PROPERTIES

    def get(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Return the key."""
        return _KEYS.one(request, client_id, client_type, key_id)

    def put(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Change the description or the expiration; the key stays."""
        return _KEYS.edited(
            request, client_id, client_type, key_id, model=KeyModel, draft_of=_edit_in
        )

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Remove the key with its tokens: no token is issued for it from now on."""
        return _KEYS.removed(request, client_id, client_type, key_id)


class RotateKeyView(Resource):
    """Replacing a public key."""

    resource = "rotate_key"

    properties = KEY_PROPERTIES

    def post(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, key_id: str
    ) -> Response:
        """Add a key and let the old one expire."""
        client, values, by = to_add(
            request, client_id, client_type, Action.ADD_CREDENTIAL, RotateKeyModel
        )
        old = _KEYS.found(client, key_id)
        draft = KeyDraft(
            pasted=one_key_in(values),
            jwks_url=values.get("JwksUrl", ""),
            description=values.get("Description", old.description),
            expires_at=expiration_in(values, now=successor_end(old, client, now=by["now"])),
        )
        ends_at = values.get("OldKeyEnds", by["now"] + PERIODS[OldEnds.IN_24_HOURS])
        rotated = rotate_key(client, old.pk, draft, old_ends_at=ends_at, **by)
        return Response({**key_json(rotated.key), "OldKey": key_json(rotated.old)}, status=201)


def _edit_in(values: dict[str, Any], key: Any) -> CredentialDraft:
    return CredentialDraft(
        description=values.get("Description", key.description),
        expires_at=expiration_in(values, now=key.expires_at),
    )
