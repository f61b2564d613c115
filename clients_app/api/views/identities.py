"""The federated identities of a client."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.serializers.credentials import IDENTITY_PROPERTIES, IdentityModel, identity_in
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import Credentials, to_add
from clients_app.api.views.resource import Resource
from clients_app.errors import gettext_noop as _
from clients_app.http.credential_json import identity_json, listed_identity_json
from clients_app.permissions import Action
from clients_app.selectors.credentials.identities import get_identity, listed_identities
from clients_app.services.credentials.identities import (
    IdentityDraft,
    add_identity,
    edit_identity,
    remove_identity,
)
from clients_app.services.credentials.identity_drafts import identity_draft

_IDENTITIES: Final = Credentials(
    listed=listed_identities,
    get=get_identity,
    edit=edit_identity,
    remove=remove_identity,
    as_json=listed_identity_json,
    may_edit=Action.EDIT_CREDENTIAL,
    may_remove=Action.REMOVE_CREDENTIAL,
    gone=_("There is no such federated identity. It may have been removed."),
)


class IdentitiesView(Resource):
    """The federated identities of a client, also those that expired in the last 90 days."""

    resource = "identities"

    properties = IDENTITY_PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the federated identities, newest first."""
        return _IDENTITIES.page(request, client_id, client_type)

    def post(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Let tokens of a platform prove the client."""
        client, values, by = to_add(
            request, client_id, client_type, Action.ADD_CREDENTIAL, IdentityModel
        )
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

    def get(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Return the federated identity."""
        return _IDENTITIES.one(request, client_id, client_type, identity_id)

    def put(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Change its rules, its description or its expiration."""
        return _IDENTITIES.edited(
            request, client_id, client_type, identity_id, model=IdentityModel, draft_of=_edit_in
        )

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Remove it with its tokens: no token is issued for it from now on."""
        return _IDENTITIES.removed(request, client_id, client_type, identity_id)


def _edit_in(values: dict[str, Any], identity: Any) -> IdentityDraft:
    return identity_draft(
        identity_in(values),
        was=identity,
        description=values.get("Description", identity.description),
        expires_at=expiration_in(values, now=identity.expires_at),
    )
