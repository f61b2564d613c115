"""The token endpoint. Source: RFC 6749 section 3.2; Table A of the security bars."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app.oauth import request_log, responses
from clients_app.oauth.client_auth import Authenticated, authenticate
from clients_app.oauth.errors import OAuthError, invalid_request
from clients_app.oauth.exchange import answered, params_of
from clients_app.oauth.grants import client_credentials
from clients_app.oauth.messages import Answer, Request, request_from
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.services.tokens.access_tokens import IssuedToken
from clients_app.services.usage.counts import count_token
from clients_app.services.usage.rejected_requests import count_refused_request

GRANTS: Final = {"client_credentials": client_credentials}


@csrf_exempt
def token(http_request: HttpRequest) -> HttpResponse:
    """The entrance through Django; ``oauth.wsgi`` has the other."""
    return responses.MachineResponse(answer(request_from(http_request.META)))


def answer(request: Request) -> Answer:
    """Return what the token endpoint says: a token, or the one error that fits."""
    return answered(request, _token, asked_for="Token")


def _token(request: Request) -> Answer:
    params = params_of(request)
    now = timezone.now()
    who = authenticate(request.authorization, params, address=request.address, now=now)
    client_id = who.client.token_client.id
    try:
        issued = _granted(who, params, now=now)
    except OAuthError as refusal:
        count_refused_request(
            client_id, who.secret_id, refusal.error, address=request.address, now=now
        )
        raise
    count_token(
        client_id,
        who.secret_id,
        lifetime_s=issued.expires_in,
        address=request.address,
        now=now,
    )
    request_log.issued(issued, secret_id=who.secret_id, address=request.address)
    return responses.token_json(issued)


def _granted(who: Authenticated, params: Mapping[str, str], *, now: datetime) -> IssuedToken:
    """Return the token that the grant gives to a client that has proved who it is."""
    grant_type = params.get("grant_type")
    if not grant_type:
        raise invalid_request("The grant_type is missing.")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", "This server does not offer this grant_type.")
    if grant_type not in CLIENT_TYPES[who.client.client_type].grants:
        raise OAuthError("unauthorized_client", "This client may not use this grant_type.")
    return grant.issue(who, params, now=now)
