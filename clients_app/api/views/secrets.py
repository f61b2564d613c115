"""The secrets of a client."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.serializers.secrets import (
    PROPERTIES,
    NewSecretModel,
    RotateModel,
    SecretModel,
    expiration_in,
)
from clients_app.api.views.credentials import Credentials, edit_in, method_of, successor_end, to_add
from clients_app.api.views.resource import Resource
from clients_app.http.credential_json import credential_json
from clients_app.http.credential_kinds import SECRET
from clients_app.http.json_models import moment
from clients_app.permissions import Action
from clients_app.rules.rotation import PERIODS, OldEnds
from clients_app.services.secrets.adding import NewSecret, add_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import RotatedSecret, rotate_secret
from clients_app.services.secrets.sealing import parse_public_key


def _model(secret: Any) -> dict[str, Any]:
    return {**credential_json(secret), "LastUsed": moment(secret.last_used_at)}


_SECRETS: Final = Credentials(
    kind=SECRET,
    as_json=_model,
    model=SecretModel,
    draft_of=edit_in,
)


class SecretsView(Resource):
    """The secrets of a client: live ones and those that expired in the last 90 days."""

    resource = "secrets"

    properties = PROPERTIES

    get = method_of(_SECRETS.page, "Return the secrets, newest first, without their values.")

    def post(self, request: Request, **address: str) -> Response:
        """Add a secret, which only this answer shows."""
        client, values, by = to_add(request, Action.ADD_SECRET, NewSecretModel, address)
        draft = SecretDraft(
            description=values.get("Description", ""), expires_at=expiration_in(values)
        )
        return Response(added(add_secret(client, draft, **by)), status=201)


class SecretView(Resource):
    """A secret of a client."""

    resource = "secret"

    properties = PROPERTIES

    get = method_of(_SECRETS.one, "Return the secret without its value.")
    put = method_of(_SECRETS.edited, "Change the description or the expiration; the value stays.")
    delete = method_of(
        _SECRETS.removed,
        "Remove the secret with its tokens: no token is issued for it from now on.",
    )


class RotateView(Resource):
    """Replacing a secret."""

    resource = "rotate"

    properties = PROPERTIES

    def post(self, request: Request, **address: str) -> Response:
        """Add a secret and let the old one expire; with a PublicKey, only its owner can read it."""
        client, values, by = to_add(request, Action.ROTATE_SECRET, RotateModel, address)
        old, now = _SECRETS.found(client, address), by["now"]
        jwk = values.get("PublicKey")
        new = rotate_secret(
            client,
            old.pk,
            SecretDraft(
                description=values.get("Description", old.description),
                expires_at=expiration_in(values, now=successor_end(old, client, now=now)),
            ),
            old_ends_at=values.get("OldSecretEnds", now + PERIODS[OldEnds.IN_24_HOURS]),
            public_key=parse_public_key(jwk) if jwk is not None else None,
            **by,
        )
        return Response({**added(new), "OldSecret": credential_json(new.old)}, status=201)


def added(new: NewSecret) -> dict[str, Any]:
    """Return a new secret with its value."""
    sealed = new.sealed if isinstance(new, RotatedSecret) else ""
    value = {"EncryptedSecret": sealed} if sealed else {"Secret": new.plain}
    return value | credential_json(new.secret)
