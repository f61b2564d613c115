"""The token endpoint. Source: RFC 6749 section 3.2; Table A of the security bars."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.errors import PortalError
from clients_app.oauth import responses
from clients_app.oauth.client_auth import Authenticated, authenticate
from clients_app.oauth.errors import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    TOO_MANY_REQUESTS,
    OAuthError,
    invalid_request,
    too_many_failures,
    unavailable,
)
from clients_app.oauth.grants import client_credentials
from clients_app.oauth.messages import Answer, Request, request_from
from clients_app.oauth.params import read_params
from clients_app.services.failure_limits import count_failure
from clients_app.services.refusals import count_refused_request
from clients_app.services.secret_check import Busy
from clients_app.services.tokens import IssuedToken
from clients_app.services.usage import count_token

GRANTS: Final = {"client_credentials": client_credentials}
_BUSY_RETRY_S: Final = 1
_DATABASE_RETRY_S: Final = 5

log = logging.getLogger("clients_app.oauth")


@csrf_exempt
def token(http_request: HttpRequest) -> HttpResponse:
    """The entrance through Django; ``oauth.wsgi`` has the other."""
    return responses.MachineResponse(answer(request_from(http_request.META)))


def answer(request: Request) -> Answer:
    """Return what the token endpoint says: a token, or the one error that fits."""
    if request.method == "OPTIONS":
        return responses.allowed_methods()
    try:
        return responses.token_json(_issue(request))
    except OAuthError as error:
        refusal = _limited(error, request)
    except Busy:
        refusal = unavailable("the gate of Argon2id is full", retry_after_s=_BUSY_RETRY_S)
    except DatabaseError as error:
        refusal = unavailable(f"database: {error}", retry_after_s=_DATABASE_RETRY_S)
    except PortalError as error:
        refusal = unavailable(str(error), retry_after_s=_DATABASE_RETRY_S)
    except Exception:
        log.exception("The token endpoint failed.")
        refusal = OAuthError("server_error", "The server failed.", status=INTERNAL_ERROR)
    if refusal.status != TOO_MANY_REQUESTS:  # a flood fills no log
        _log(refusal, request)
    refused = responses.error_json(refusal)
    return refused if request.method != "HEAD" else refused._replace(body=b"")


def _issue(request: Request) -> IssuedToken:
    if request.method != "POST":
        raise invalid_request("Use POST.", status=METHOD_NOT_ALLOWED)
    if not request.is_secure and conf.public_url().startswith("https:"):
        raise invalid_request("Use https.")
    params = read_params(request)
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
    return issued


def _granted(who: Authenticated, params: Mapping[str, str], *, now: datetime) -> IssuedToken:
    """Return the token that the grant gives to a client that has proved who it is."""
    grant_type = params.get("grant_type")
    if not grant_type:
        raise invalid_request("The grant_type is missing.")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise OAuthError("unsupported_grant_type", "This server does not offer this grant_type.")
    if who.client.client_type not in grant.CLIENT_TYPES:
        raise OAuthError("unauthorized_client", "This client may not use this grant_type.")
    return grant.issue(who, params, now=now)


def _limited(refusal: OAuthError, request: Request) -> OAuthError:
    """Return ``refusal``, or that there were too many of its source's within a minute."""
    if not refusal.counts:
        return refusal
    wait_s = count_failure(request.address, now=timezone.now())
    return too_many_failures(refusal, retry_after_s=wait_s) if wait_s else refusal


def _log(refusal: OAuthError, request: Request) -> None:
    """Write one line: cause, client and address, and nothing else that was sent."""
    level = logging.INFO if refusal.status < INTERNAL_ERROR else logging.ERROR
    log.log(
        level,
        "Token refused: %s (%s). Client %s, address %s.",
        refusal.error,
        refusal.cause,
        refusal.client_id or "unknown",
        request.address or "unknown",
    )
