"""What the endpoints of authenticated clients share: how a request is let in, how it is answered.

An endpoint is its steps, from a request to an answer. Whatever goes wrong in them becomes the one
OAuth error that fits, here and nowhere else.

Source: RFC 6749 sections 3.2 and 5.2; Table A of the security bars.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import Error as DatabaseError
from django.utils import timezone

from clients_app import conf
from clients_app.errors import PortalError
from clients_app.oauth import request_log, responses
from clients_app.oauth.client_auth import authenticate
from clients_app.oauth.client_row import ClientRow
from clients_app.oauth.errors import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    TOO_MANY_REQUESTS,
    OAuthError,
    invalid_request,
    too_many_failures,
    unavailable,
)
from clients_app.oauth.messages import Answer, Request
from clients_app.oauth.params import read_params
from clients_app.services.failure_limits import count_failure
from clients_app.services.secrets.verification import Busy
from clients_app.services.signing_keys.public_keys import know
from clients_app.services.usage.counts import count_use

_BUSY_RETRY_S: Final = 1
_DATABASE_RETRY_S: Final = 5

log = logging.getLogger("clients_app.oauth")


def answered(request: Request, steps: Callable[[Request], Answer], *, asked_for: str) -> Answer:
    """Return what ``steps`` answer, or the refusal they raise; ``asked_for`` is for the log."""
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
    if refusal.status != TOO_MANY_REQUESTS:  # a flood fills no log
        request_log.refused(refusal, asked_for=asked_for, address=request.address)
    refused = responses.error_json(refusal)
    return refused if request.method != "HEAD" else refused._replace(body=b"")


def params_of(request: Request) -> Mapping[str, str]:
    """Return the parameters of a POST, which came by https where the portal speaks it.

    Errors: OAuthError invalid_request.
    """
    if request.method != "POST":
        raise invalid_request("Use POST.", status=METHOD_NOT_ALLOWED)
    if not request.is_secure and conf.public_url().startswith("https:"):
        raise invalid_request("Use https.")
    return read_params(request)


def asking_client(request: Request, params: Mapping[str, str], *, now: datetime) -> ClientRow:
    """Return the client that asks about a token; its secret counts as used.

    Errors: as ``authenticate``.
    """
    who = authenticate(request.authorization, params, address=request.address, now=now)
    client_id = who.client.token_client.id
    count_use(client_id, who.secret_id, address=request.address, now=now)
    know(who.client.active_kid)  # whose tokens it may ask about
    return who.client


def _limited(refusal: OAuthError, request: Request) -> OAuthError:
    """Return ``refusal``, or that there were too many of its source's within a minute."""
    if not refusal.counts:
        return refusal
    wait_s = count_failure(request.address, now=timezone.now())
    return too_many_failures(refusal, retry_after_s=wait_s) if wait_s else refusal
