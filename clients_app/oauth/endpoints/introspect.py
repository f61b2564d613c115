"""Introspection: whether a token is active now, and its claims. Source: RFC 7662; INT-1, INT-2."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from clients_app import conf
from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import client_and_token, django_view
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.plain_http import Request, Response
from clients_app.rules.targets import IDENTITY_SCOPES
from clients_app.selectors.apis.introspectors import may_introspect
from clients_app.selectors.apis.may_call import scopes_now
from clients_app.selectors.people.lookup import roles_of
from clients_app.services.authorizations.refresh import active_refresh_token, is_refresh_token
from clients_app.services.tokens.claims import introspected
from clients_app.services.tokens.validity import ActiveToken, active_token


def _steps(request: Request) -> Response:
    caller, plain = client_and_token(request, must_prove=True)
    if is_refresh_token(plain):
        members = _members_of_refresh_token(caller, plain)
        its_id = members.get("authorization_id", "")
        request_log.introspected(its_id, client_id=caller.id, address=request.address)
        return responses.json_response(members)
    active = active_token(plain)
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

    The roles are the current ones, of the client or person that the token is about.
    """
    token, client = active
    members = {"active": True, "token_type": "Bearer", **introspected(token.payload)}
    person_id = token["sub"] if "authorization_id" in token else None
    if scope := members.pop("scope", ""):
        still = set(scopes_now(client, token["aud"])) | set(IDENTITY_SCOPES if person_id else ())
        members |= {"scope": " ".join(one for one in scope.split(" ") if one in still)}
    if person_id or token["sub"] == token["client_id"]:
        held = roles_of(UUID(person_id)) if person_id else client.roles.all()
        roles = sorted((role.name, str(role.pk)) for role in held)
        members["roles"] = [name for name, _ in roles]
        members["role_ids"] = [role_id for _, role_id in roles]
    return members


def _members_of_refresh_token(caller: StoredClient, plain: str) -> dict[str, Any]:
    """Return what a client may know of its own refresh token."""
    token = active_refresh_token(plain, client_id=UUID(caller.id), now=timezone.now())
    if token is None:
        return {"active": False}
    authorization = token.authorization
    return {
        "active": True,
        "token_type": "refresh_token",
        "iss": conf.issuer(),
        "sub": str(authorization.person_id),
        "client_id": caller.id,
        "scope": authorization.scope,
        "tid": caller.tenant_id,
        "authorization_id": str(authorization.pk),
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
    }


introspect = django_view(_steps, endpoint="Introspection")
