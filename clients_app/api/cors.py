"""Lets scripts of an application's own sites call the API.

A preflight carries no token, so any origin that an enabled client has registered is allowed. An
answer may be read by the origins of the client that the token is of; a 401 by those of the
preflight, so that a script learns that its token has expired. Cookies are never allowed, and mean
nothing here. Source: Fetch, section 3.2 (https://fetch.spec.whatwg.org/#http-cors-protocol);
API-12.
"""

from typing import Any, Final
from uuid import UUID

from django.db import Error as DatabaseError
from django.http import HttpResponse
from rest_framework.response import Response

from clients_app.selectors.authorizations.applications import is_own_origin

PREFLIGHT_MAX_AGE_S: Final = 600  # after that, a removed origin is refused
_HEADERS: Final = "Authorization, Content-Type, Idempotency-Key, If-Match"
_EXPOSED: Final = (
    "Content-Disposition, ETag, Location, Next-Cursor, Operation-Id, Retry-After, Total-Count, "
    "WWW-Authenticate"
)


def preflight_answer(request: Any, methods: list[str]) -> HttpResponse | None:
    """Return the answer to a preflight of an origin that may call, None to all other requests."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    if not _is_registered(request, None):
        return None
    allowed = {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
    }
    return HttpResponse(status=204, headers=_shared(request) | allowed)


def share(response: Response, request: Any, *, client_id: UUID | None) -> None:
    """Let the origin of a request with a token of this client read the response, if it may."""
    if "Origin" in request.headers and _is_registered(request, client_id):
        for name, value in _shared(request).items():
            response[name] = value


def _shared(request: Any) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": request.headers["Origin"],
        "Access-Control-Expose-Headers": _EXPOSED,
        "Vary": "Origin",
    }


def _is_registered(request: Any, client_id: UUID | None) -> bool:
    try:
        return is_own_origin(request.headers.get("Origin", ""), client_id)
    except DatabaseError:  # the response says so already
        return False
