"""What the endpoints of authenticated clients share: parameters, the client, and error responses.

An endpoint is a function of steps, from a request to a response. This is the only place where
their errors become OAuth errors.

Source: RFC 6749 sections 3.2 and 5.2; TOK-1.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf, measures
from clients_app.errors import PortalError
from clients_app.oauth import cors, request_log, responses
from clients_app.oauth.client_authentication.methods import authenticate, named_method
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.errors import (
    OAuthError,
    invalid_client,
    invalid_request,
    too_many_failures,
    unavailable,
)
from clients_app.oauth.named_client import named_client_id, named_grant_type
from clients_app.oauth.params import read_params, required
from clients_app.oauth.plain_http import Request, Response, request_from
from clients_app.services.failure_limits import count_failure
from clients_app.services.secrets.argon2_queue import Busy
from clients_app.services.signing_keys.public_keys import ensure_cached
from clients_app.services.usage.counts import count_token
from clients_app.services.usage.refused_requests import count_unproved_request

_BUSY_RETRY_S: Final = 1
_DATABASE_RETRY_S: Final = 5

Steps = Callable[[Request], Response]
log = logging.getLogger("clients_app.oauth")


def django_view(
    steps: Steps, *, endpoint: str, is_shared: bool = False
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the Django view of ``endpoint``, which is the name in the log.

    ``is_shared``: scripts of the client's own sites may read its responses.
    """

    @csrf_exempt
    def view(http_request: HttpRequest) -> HttpResponse:
        request = request_from(http_request.META)
        response = respond(request, steps=steps, endpoint=endpoint)
        if is_shared and (origin := http_request.headers.get("Origin", "")):
            client_id = named_client_id(request)
            response = cors.shared(response, origin=origin, client_id=client_id, methods="POST")
        return responses.MachineResponse(response)

    return view


def respond(request: Request, *, steps: Steps, endpoint: str, methods: str = "POST") -> Response:
    """Return the response of ``steps``, or the one for the error they raise."""
    if request.method == "OPTIONS":
        return responses.allowed_methods(methods)
    is_of_stranger = False
    try:
        response = steps(request)
        _measure(request, endpoint)
        return response
    except OAuthError as raised:
        is_of_stranger = not (raised.client_id or raised.counts)  # those have a limit
        error = _limited(_counted(raised, request), request)
    except Busy:
        error = unavailable("too many Argon2id checks are waiting", retry_after_s=_BUSY_RETRY_S)
    except DatabaseError as raised:
        error = unavailable(f"database: {raised}", retry_after_s=_DATABASE_RETRY_S)
    except PortalError as raised:
        error = unavailable(str(raised), retry_after_s=_DATABASE_RETRY_S)
    except Exception:
        log.exception("%s failed.", endpoint)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        error = OAuthError("server_error", "The server failed.", status)
    if error.status != HTTPStatus.TOO_MANY_REQUESTS:  # a flood does not fill the log
        error.client_id = error.client_id or named_client_id(request)
        request_log.refused(
            error, endpoint=endpoint, address=request.address, is_of_stranger=is_of_stranger
        )
    _measure(request, endpoint, error)
    response = responses.error_json(error, methods=methods)
    return response if request.method != "HEAD" else response._replace(body=b"")


def _measure(request: Request, endpoint: str, error: OAuthError | None = None) -> None:
    """Count a request. A cause may end with details after a colon, which are left out."""
    if measures.is_on():
        grant, method = named_grant_type(request), named_method(request)
        result, cause = ("ok", "") if error is None else (error.error, error.cause)
        place = (endpoint.lower(), grant, method, result, cause.partition(":")[0])
        measures.count(measures.REQUESTS, *place)


def posted_params(request: Request) -> Mapping[str, str]:
    """Return the parameters of a POST, by https if the portal uses it, or raise invalid_request."""
    if request.method != "POST":
        raise invalid_request("Use POST.", status=HTTPStatus.METHOD_NOT_ALLOWED)
    if not request.is_secure and conf.public_url().startswith("https:"):
        raise invalid_request("Use https.", cause=request.fault)
    return read_params(request)


def client_and_token(request: Request, *, must_prove: bool) -> tuple[StoredClient, str]:
    """Return the client that sent a token, and the text of that token.

    ``must_prove``: public clients, which cannot prove who they are, are refused.
    Errors: OAuthError, as ``authenticate`` and for parameters; Busy.
    """
    params, now = posted_params(request), datetime.now(UTC)
    client, credential = authenticate(request, params, now=now)
    if must_prove and credential is None:
        raise invalid_client("no client authentication", client_id=client.id)
    count_token(client.id, credential, lifetime_s=0, address=request.address, now=now)
    ensure_cached(client.active_kid)  # the token may be signed with it
    return client, required(params, "token")


def _counted(error: OAuthError, request: Request) -> OAuthError:
    """Return ``error`` after counting it for the client that the request names.

    An error that has a client already was counted where it was raised.
    """
    if not error.client_id and (client_id := named_client_id(request)):
        error.client_id = client_id
        count_unproved_request(
            UUID(client_id), error.error, address=request.address, now=datetime.now(UTC)
        )
    return error


def _limited(error: OAuthError, request: Request) -> OAuthError:
    """Return ``error``, or another if its address had too many failures in the last minute."""
    if not error.counts:
        return error
    wait_s = count_failure(request.address, now=datetime.now(UTC))
    return too_many_failures(error, retry_after_s=wait_s) if wait_s else error
