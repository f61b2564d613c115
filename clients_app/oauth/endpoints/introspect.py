"""What a token is worth now, for the API that got it. Source: RFC 7662; INT-1, INT-2."""

from typing import Any

from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.plain_http import Request, Response
from clients_app.selectors.clients.lookup import may_introspect
from clients_app.services.tokens.claims import introspected
from clients_app.services.tokens.validity import CountingToken


def _steps(request: Request) -> Response:
    asking, counting = client_and_token(request)
    if counting is not None and not _may_know(asking, counting):
        counting = None
    jti = counting.token["jti"] if counting else ""
    request_log.introspected(jti, client_id=asking.id, address=request.address)
    if counting is None:
        return responses.json_answer({"active": False})
    return responses.json_answer(_described(counting))


def _may_know(asking: StoredClient, counting: CountingToken) -> bool:
    """Return whether the token is the asking client's own, or the business of a resource server."""
    if asking.id == str(counting.client.pk):
        return True
    return asking.tenant_id == str(counting.client.tenant_id) and may_introspect(asking.id)


def _described(counting: CountingToken) -> dict[str, Any]:
    """Return what the token says; one about the client itself with the roles it has now."""
    token, client = counting
    members = {"active": True, "token_type": "Bearer", **introspected(token.payload)}
    if token["sub"] == token["client_id"]:
        roles = sorted((role.name, str(role.pk)) for role in client.roles.all())
        members["roles"] = [name for name, _ in roles]
        members["role_ids"] = [role_id for _, role_id in roles]
    return members


introspect = django_view(_steps, asked_for="Introspection")
