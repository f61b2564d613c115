"""Clients: listing, reading, adding, editing and removing them."""

from typing import Any, Final

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.parameters import Parameters, none_but
from clients_app.api.views.resource import Resource, caller
from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.http.json_models import client_json
from clients_app.permissions import Action, require
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.clients.models import model_page, models_of
from clients_app.selectors.clients.shows import Show

TOTAL_COUNT: Final = "Total-Count"


class ClientsView(Resource):
    """The clients of one Client Type."""

    def get(self, request: Request, tenant_id: str, client_type: str) -> Response:
        """Return the clients that match, by name."""
        given = Parameters(request, ("id", "tag", "query", "skip", "count", "state"))
        actor = caller(request)
        require(actor, Action.READ_CLIENTS)
        skip, count = given.page()
        page = model_page(
            actor.tenant_id,
            client_type=client_type,
            now=timezone.now(),
            skip=skip,
            count=count,
            ids=given.ids("id") if given.several("id") else None,
            tags=given.several("tag"),
            q=given.text("query"),
            show=given.one_of("state", Show, Show) or Show.ALL,
        )
        return Response(
            [client_json(client, role_ids=client.role_ids) for client in page.clients],
            headers={TOTAL_COUNT: str(page.total)},
        )


class ClientView(Resource):
    """A client."""

    def get(self, request: Request, tenant_id: str, client_id: str, client_type: str) -> Response:
        """Return the client."""
        none_but(request)
        client = client_of(request, client_id, client_type)
        return Response(client_json(client, role_ids=client.role_ids))


def client_of(request: Request, client_id: str, client_type: str) -> Any:
    """Return a client that the caller may read, as ``models_of`` does, or raise NotFound."""
    actor = caller(request)
    wanted = parse_client_id(client_id)
    found = models_of(actor.tenant_id, [wanted]) if wanted else []
    fits = bool(found) and found[0].removed_at is None and found[0].client_type == client_type
    client = existing(found[0] if fits else None, _("There is no such client."))
    require(actor, Action.READ_CLIENTS, client=client)
    return client
