"""Introspection: whether a token is active now, and its claims. Source: RFC 7662; INT-1, INT-2."""

from typing import Any

from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.plain_http import Request, Response
from clients_app.selectors.apis.introspectors import may_introspect
from clients_app.selectors.apis.may_call import scopes_now
from clients_app.services.tokens.claims import introspected
from clients_app.services.tokens.validity import ActiveToken


def _steps(request: Request) -> Response:
    caller, active = client_and_token(request)
    if active is not None and not _may_introspect(caller, active):
        active = None
    jti = active.token["jti"] if active else ""
    request_log.introspected(jti, client_id=caller.id, address=request.address)
    return responses.json_response(_members(active) if active else {"active": False})


def _may_introspect(caller: StoredClient, active: ActiveToken) -> bool:
    """Return whether the token is the caller's own, or the caller is a resource server for it."""
    if caller.id == str(active.client.pk):
        return True
    if caller.tenant_id != str(active.client.tenant_id):
        return False
    return may_introspect(caller.id, audience=active.token["aud"])


def _members(active: ActiveToken) -> dict[str, Any]:
    """Return the token's claims, with the scopes that the client may still have.

    The roles of a token about the client are its current ones.
    """
    token, client = active
    members = {"active": True, "token_type": "Bearer", **introspected(token.payload)}
    if scope := members.pop("scope", ""):
        still = scopes_now(client, token["aud"])
        members |= {"scope": " ".join(one for one in scope.split(" ") if one in still)}
    if token["sub"] == token["client_id"]:
        roles = sorted((role.name, str(role.pk)) for role in client.roles.all())
        members["roles"] = [name for name, _ in roles]
        members["role_ids"] = [role_id for _, role_id in roles]
    return members


introspect = django_view(_steps, endpoint="Introspection")
