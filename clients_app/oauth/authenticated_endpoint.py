"""What the endpoints of authenticated clients share: parameters, client, and answers to errors.

An endpoint is a function of steps, from a request to a response. Whatever goes wrong in them
becomes the one OAuth error that fits, here and nowhere else.

Source: RFC 6749 sections 3.2 and 5.2; TOK-1.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from clients_app import conf
from clients_app.errors import PortalError
from clients_app.oauth import request_log, responses
from clients_app.oauth.client_authentication.methods import authenticate
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.errors import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    TOO_MANY_REQUESTS,
    OAuthError,
    invalid_request,
    too_many_failures,
    unavailable,
)
from clients_app.oauth.params import read_params, required
from clients_app.oauth.plain_http import Request, Response, request_from
from clients_app.services.failure_limits import count_failure
from clients_app.services.secrets.verification import Busy
from clients_app.services.signing_keys.public_keys import ensure_cached
from clients_app.services.tokens.validity import CountingToken, counting_token
from clients_app.services.usage.counts import count_token

_BUSY_RETRY_S: Final = 1
_DATABASE_RETRY_S: Final = 5

Steps = Callable[[Request], Response]
log = logging.getLogger("clients_app.oauth")


def django_view(steps: Steps, *, asked_for: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return the Django view of an endpoint; ``asked_for`` is for the log."""

    @csrf_exempt
    def view(http_request: HttpRequest) -> HttpResponse:
        request = request_from(http_request.META)
        return responses.MachineResponse(respond(request, steps, asked_for=asked_for))

    return view


def respond(request: Request, steps: Steps, *, asked_for: str) -> Response:
    """Return the response of ``steps``, or that to the error they raise."""
    if request.method == "OPTIONS":
        return responses.allowed_methods()
    try:
        return steps(request)
    except OAuthError as error:
        refusal = _limited(error, request)
    except Busy:
        refusal = unavailable("the gate of Argon2id is full", retry_after_s=_BUSY_RETRY_S)
    except DatabaseError as error:
        refusal = unavailable(f"database: {error}", retry_after_s=_DATABASE_RETRY_S)
    except PortalError as error:
        refusal = unavailable(str(error), retry_after_s=_DATABASE_RETRY_S)
    except Exception:
        log.exception("%s failed.", asked_for)
        refusal = OAuthError("server_error", "The server failed.", status=INTERNAL_ERROR)
    if refusal.status != TOO_MANY_REQUESTS:  # a flood does not fill the log
        request_log.refused(refusal, asked_for=asked_for, address=request.address)
    refused = responses.error_json(refusal)
    return refused if request.method != "HEAD" else refused._replace(body=b"")


def posted_params(request: Request) -> Mapping[str, str]:
    """Return the parameters of a POST, which came by https where the portal has https.

    Errors: OAuthError invalid_request.
    """
    if request.method != "POST":
        raise invalid_request("Use POST.", status=METHOD_NOT_ALLOWED)
    if not request.is_secure and conf.public_url().startswith("https:"):
        raise invalid_request("Use https.")
    return read_params(request)


def client_and_token(request: Request) -> tuple[StoredClient, CountingToken | None]:
    """Return the client that asks about a token, and the token if it counts now.

    Errors: OAuthError, as ``authenticate`` and for parameters; Busy.
    """
    params, now = posted_params(request), timezone.now()
    client, credential = authenticate(request, params, now=now)
    count_token(client.id, credential, lifetime_s=0, address=request.address, now=now)
    ensure_cached(client.active_kid)  # the token may be signed with it
    return client, counting_token(required(params, "token"), audience=conf.token_audience())


def _limited(refusal: OAuthError, request: Request) -> OAuthError:
    """Return ``refusal``, or that its source failed too often within a minute."""
    if not refusal.counts:
        return refusal
    wait_s = count_failure(request.address, now=timezone.now())
    return too_many_failures(refusal, retry_after_s=wait_s) if wait_s else refusal
