"""The secrets of a client."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.etags import etag_of, refuse_changed
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import Parameters, none_but
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.serializers.secrets import (
    PROPERTIES,
    NewSecretModel,
    RotateModel,
    SecretModel,
    expiration_in,
)
from clients_app.api.views.clients import TOTAL_COUNT, client_of
from clients_app.api.views.credentials import number_of, readable, successor_end
from clients_app.api.views.resource import Resource, caller
from clients_app.errors import gettext_noop as _
from clients_app.http.json_models import moment, secret_json
from clients_app.permissions import Action, require
from clients_app.rules.names import key_of
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.services.secrets.adding import NewSecret, add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from clients_app.services.secrets.rotation import RotatedSecret, rotate_secret
from clients_app.services.secrets.sealing import parse_public_key

_GONE: Final = _("There is no such secret. It may have been removed.")


class SecretsView(Resource):
    """The secrets of a client: live ones and those that expired in the last 90 days."""

    resource = "secrets"

    properties = PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the secrets, newest first, without their values."""
        given = Parameters(request, ("query", "skip", "count"))
        client, _actor = readable(request, client_id, client_type)
        skip, count = given.page()
        words, listed = key_of(given.text("query")), listed_secrets(client, now=timezone.now())
        secrets = [_model(one) for one in listed if words in key_of(one.description)]
        headers = {TOTAL_COUNT: str(len(secrets))}
        return Response(secrets[skip : skip + count], headers=headers)

    def post(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Add a secret, which only this answer shows."""
        none_but(request)
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.ADD_SECRET, client=client)
        form_key = form_key_of(request, actor=actor)
        values = values_from(NewSecretModel, request.data, current=None)
        draft = SecretDraft(
            description=values.get("Description", ""), expires_at=expiration_in(values)
        )
        new = add_secret(client, draft, actor=actor, now=timezone.now(), form_key=form_key)
        return Response(added(new), status=201)


class SecretView(Resource):
    """A secret of a client."""

    resource = "secret"

    properties = PROPERTIES

    def get(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, secret_id: str
    ) -> Response:
        """Return the secret without its value."""
        none_but(request)
        client, _actor = readable(request, client_id, client_type)
        return _shown(get_secret(client, number_of(secret_id, _GONE), now=timezone.now()))

    def put(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, secret_id: str
    ) -> Response:
        """Change the description or the expiration; the value stays."""
        none_but(request)
        client, actor = readable(request, client_id, client_type)
        require(actor, Action.EDIT_SECRET, client=client)
        now = timezone.now()
        secret = get_secret(client, number_of(secret_id, _GONE), now=now)
        current = _model(secret)
        values = values_from(SecretModel, request.data, current=current)
        draft = SecretDraft(
            description=values.get("Description", secret.description),
            expires_at=expiration_in(values, now=secret.expires_at),
        )
        version = secret.version if refuse_changed(request, current) else None
        if repeats(request.data, current):
            return _shown(secret)
        edit_secret(client, secret.pk, draft, actor=actor, now=now, expected_version=version)
        return _shown(get_secret(client, secret.pk, now=now))

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, secret_id: str
    ) -> Response:
        """Remove the secret: no token is issued for it from now on."""
        none_but(request)
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.REMOVE_SECRET, client=client)
        now = timezone.now()
        secret = get_secret(client, number_of(secret_id, _GONE), now=now)
        version = secret.version if refuse_changed(request, _model(secret)) else None
        remove_secret(client, secret.pk, expected_version=version, actor=actor, now=now)
        return Response(status=204)


class RotateView(Resource):
    """Replacing a secret."""

    resource = "rotate"

    properties = PROPERTIES

    def post(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, secret_id: str
    ) -> Response:
        """Add a secret and let the old one expire; with a PublicKey, only its owner can read it."""
        none_but(request)
        client, actor = client_of(request, client_id, client_type), caller(request)
        require(actor, Action.ROTATE_SECRET, client=client)
        form_key, now = form_key_of(request, actor=actor), timezone.now()
        old = get_secret(client, number_of(secret_id, _GONE), now=now)
        values = values_from(RotateModel, request.data, current=None)
        jwk = values.get("PublicKey")
        new = rotate_secret(
            client,
            old.pk,
            SecretDraft(
                description=values.get("Description", old.description),
                expires_at=expiration_in(values, now=successor_end(old, client, now=now)),
            ),
            old_ends_at=values.get("OldSecretEnds", now + PERIODS[OldEnds.IN_24_HOURS]),
            actor=actor,
            now=now,
            form_key=form_key,
            public_key=parse_public_key(jwk) if jwk is not None else None,
        )
        return Response({**added(new), "OldSecret": secret_json(new.old)}, status=201)


def added(new: NewSecret) -> dict[str, Any]:
    """Return a new secret with its value."""
    sealed = new.sealed if isinstance(new, RotatedSecret) else ""
    value = {"EncryptedSecret": sealed} if sealed else {"Secret": new.plain}
    return value | secret_json(new.secret)


def _model(secret: Any) -> dict[str, Any]:
    return {**secret_json(secret), "LastUsed": moment(secret.last_used_at)}


def _shown(secret: Any) -> Response:
    model = _model(secret)
    return Response(model, headers={"ETag": etag_of(model)})
