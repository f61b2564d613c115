"""The federated identities of a client."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.etags import etag_of, refuse_changed
from clients_app.api.idempotency import form_key_of
from clients_app.api.parameters import none_but
from clients_app.api.serializers.credentials import (
    IDENTITY_PROPERTIES,
    IdentityModel,
    identity_in,
)
from clients_app.api.serializers.fields import repeats, values_from
from clients_app.api.serializers.secrets import expiration_in
from clients_app.api.views.credentials import number_of, page_of, permitted, readable
from clients_app.api.views.resource import Resource
from clients_app.errors import gettext_noop as _
from clients_app.http.credential_json import identity_json, listed_identity_json
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.selectors.credentials.identities import get_identity, listed_identities
from clients_app.services.credentials.identities import (
    add_identity,
    edit_identity,
    remove_identity,
)
from clients_app.services.credentials.identity_drafts import identity_draft

_GONE: Final = _("There is no such federated identity. It may have been removed.")


class IdentitiesView(Resource):
    """The federated identities of a client, also those that expired in the last 90 days."""

    resource = "identities"

    properties = IDENTITY_PROPERTIES

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the federated identities, newest first."""
        client, _actor = readable(request, client_id, client_type)
        identities = listed_identities(client, now=timezone.now())
        return page_of(request, identities, as_json=listed_identity_json)

    def post(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Let tokens of a platform prove the client."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.ADD_CREDENTIAL)
        form_key = form_key_of(request, actor=actor)
        values = values_from(IdentityModel, request.data, current=None)
        draft = identity_draft(
            identity_in(values),
            description=values.get("Description", ""),
            expires_at=expiration_in(values),
        )
        added = add_identity(client, draft, actor=actor, now=timezone.now(), form_key=form_key)
        return Response(identity_json(added), status=201)


class IdentityView(Resource):
    """A federated identity of a client."""

    resource = "identity"

    properties = IDENTITY_PROPERTIES

    def get(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Return the federated identity."""
        none_but(request)
        client, _actor = readable(request, client_id, client_type)
        return _shown(_found(client, identity_id))

    def put(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Change its rules, its description or its expiration."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.EDIT_CREDENTIAL)
        row = _found(client, identity_id)
        current = listed_identity_json(row)
        values = values_from(IdentityModel, request.data, current=current)
        draft = identity_draft(
            identity_in(values),
            was=row,
            description=values.get("Description", row.description),
            expires_at=expiration_in(values, now=row.expires_at),
        )
        version = row.version if refuse_changed(request, current) else None
        if repeats(request.data, current):
            return _shown(row)
        now = timezone.now()
        edit_identity(client, row.pk, draft, actor=actor, now=now, expected_version=version)
        return _shown(_found(client, identity_id))

    def delete(
        self, request: Request, tenant_id: str, client_id: str, client_type: str, identity_id: str
    ) -> Response:
        """Remove it with its tokens: no token is issued for it from now on."""
        none_but(request)
        client, actor = permitted(request, client_id, client_type, Action.REMOVE_CREDENTIAL)
        row = _found(client, identity_id)
        version = row.version if refuse_changed(request, listed_identity_json(row)) else None
        now = timezone.now()
        remove_identity(client, row.pk, expected_version=version, actor=actor, now=now)
        return Response(status=204)


def _found(client: Client, identity_id: str) -> Any:
    return get_identity(client, number_of(identity_id, _GONE), now=timezone.now())


def _shown(identity: Any) -> Response:
    model = listed_identity_json(identity)
    return Response(model, headers={"ETag": etag_of(model)})
