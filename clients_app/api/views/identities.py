"""The federated identities of a client."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.serializers.credentials import IDENTITY_PROPERTIES, IdentityModel, identity_in
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import Credentials, method_of, to_add
from clients_app.api.views.resource import Resource
from clients_app.http.credential_json import identity_json, listed_identity_json
from clients_app.http.credential_kinds import IDENTITY
from clients_app.permissions import Action
from clients_app.services.credentials.identities import (
    IdentityDraft,
    add_identity,
)
from clients_app.services.credentials.identity_drafts import identity_draft


def _edit_in(values: dict[str, Any], identity: Any) -> IdentityDraft:
    return identity_draft(
        identity_in(values),
        was=identity,
        description=values.get("Description", identity.description),
        expires_at=expiration_in(values, now=identity.expires_at),
    )


_IDENTITIES: Final = Credentials(
    kind=IDENTITY,
    as_json=listed_identity_json,
    model=IdentityModel,
    draft_of=_edit_in,
)


class IdentitiesView(Resource):
    """The federated identities of a client, also those that expired in the last 90 days."""

    resource = "identities"

    properties = IDENTITY_PROPERTIES

    get = method_of(_IDENTITIES.page, "Return the federated identities, newest first.")

    def post(self, request: Request, **address: str) -> Response:
        """Let tokens of a platform prove the client."""
        client, values, by = to_add(request, Action.ADD_CREDENTIAL, IdentityModel, address)
        draft = identity_draft(
            identity_in(values),
            description=values.get("Description", ""),
            expires_at=expiration_in(values),
        )
        return Response(identity_json(add_identity(client, draft, **by)), status=201)


class IdentityView(Resource):
    """A federated identity of a client."""

    resource = "identity"

    properties = IDENTITY_PROPERTIES

    get = method_of(_IDENTITIES.one, "Return the federated identity.")
    put = method_of(_IDENTITIES.edited, "Change its rules, its description or its expiration.")
    delete = method_of(
        _IDENTITIES.removed, "Remove it with its tokens: no token is issued for it from now on."
    )
