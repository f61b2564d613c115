"""The token endpoint. Source: RFC 6749 section 3.2; TOK-1."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone

from clients_app import conf
from clients_app.oauth import request_log, responses
from clients_app.oauth.authenticated_endpoint import django_view, posted_params, respond
from clients_app.oauth.client_authentication.methods import authenticate
from clients_app.oauth.client_query import Authenticated
from clients_app.oauth.errors import OAuthError, invalid_request, unavailable
from clients_app.oauth.grants.grant_types import GRANT_TYPES, Grant
from clients_app.oauth.plain_http import Request, Response
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.services.tokens.access_tokens import IssuedToken, issue_access_token
from clients_app.services.tokens.claims import NewToken
from clients_app.services.usage.counts import count_token
from clients_app.services.usage.rejected_requests import count_refused_request

_ASKED_FOR: Final = "Token"


def answer(request: Request) -> Response:
    """Return the response to a token request: a token, or the one error that fits."""
    return respond(request, _steps, asked_for=_ASKED_FOR)


def _steps(request: Request) -> Response:
    params, now, address = posted_params(request), timezone.now(), request.address
    client, credential = authenticated = authenticate(request, params, now=now)
    try:
        grant = _grant(params.get("grant_type"), client.client_type)
        issued = _issue(authenticated, grant, params, now=now)
    except OAuthError as refusal:
        count_refused_request(client.id, credential, refusal.error, address=address, now=now)
        raise
    count_token(client.id, credential, lifetime_s=issued.expires_in, address=address, now=now)
    request_log.issued(issued, address=address)
    return responses.token_json(issued)


def _grant(grant_type: str | None, client_type: str) -> Grant:
    """Return the grant that is asked for, if this type of client may use it."""
    if not grant_type:
        raise invalid_request("The grant_type is missing.")
    grant = GRANT_TYPES.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", "This server does not offer this grant_type.")
    if grant_type not in CLIENT_TYPES[client_type].grants:
        raise OAuthError("unauthorized_client", "This client may not use this grant_type.")
    return grant


def _issue(
    authenticated: Authenticated, grant: Grant, params: Mapping[str, str], *, now: datetime
) -> IssuedToken:
    client, credential = authenticated
    granted = grant.grant(client, params, now=now)
    if client.active_kid is None:
        raise unavailable("there is no active signing key", retry_after_s=5)
    new = NewToken(
        issuer=conf.issuer(),
        audience=conf.token_audience(),
        client_id=client.id,
        tenant_id=client.tenant_id,
        lifetime_s=client.token_lifetime_s,
        credential=credential,
        subject=granted.subject,
        scope=granted.scope,
    )
    return issue_access_token(
        new, kid=client.active_kid, now=now, added_claims=granted.added_claims
    )


token = django_view(_steps, asked_for=_ASKED_FOR)  # oauth.wsgi has the short entrance
