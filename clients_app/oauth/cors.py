"""Lets scripts of a client's own sites call the endpoints of public clients.

A preflight names no client, so any origin that an enabled client has registered is allowed. The
request itself needs an origin of the very client that it names. Cookies are never allowed, and mean
nothing here. Source: Fetch, section 3.2 (https://fetch.spec.whatwg.org/#http-cors-protocol); TOK-6.
"""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import Error as DatabaseError

from clients_app.oauth.plain_http import Response
from clients_app.selectors.authorizations.applications import is_own_origin

PREFLIGHT_MAX_AGE_S: Final = 600  # after that, a removed origin is refused
_HEADERS: Final = "Authorization, Content-Type"
_EXPOSED: Final = "Operation-Id, Retry-After, WWW-Authenticate"


def shared(response: Response, *, origin: str, client_id: str, methods: str) -> Response:
    """Return ``response`` with the headers that let ``origin`` read it, if it may.

    ``client_id`` is the client that the request names; empty if it names none.
    """
    is_preflight = response.status == HTTPStatus.NO_CONTENT
    if not _may_read(origin, client_id, is_preflight=is_preflight):
        return response
    headers = {
        **response.headers,
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _EXPOSED,
        "Vary": "Origin",
    }
    if is_preflight:
        headers |= {
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
        }
    return response._replace(headers=headers)


def _may_read(origin: str, client_id: str, *, is_preflight: bool) -> bool:
    if not is_preflight and not client_id:
        return False
    try:
        return is_own_origin(origin, None if is_preflight else UUID(client_id))
    except DatabaseError:  # the response says so already
        return False
