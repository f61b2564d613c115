"""The short entrance of the token endpoint: it answers before Django's handler.

A token with its signature takes 310 us. Django's request, resolver, response and signals would add
124 us, and its middleware 80 us. ``tests/oauth/test_wsgi.py`` counts what is skipped.
"""

from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from clients_app.http import operation_ids
from clients_app.oauth.endpoints.token import respond_to_token_request
from clients_app.oauth.plain_http import request_from

TOKEN_PATHS: Final = frozenset({"/identity/connect/token", "/identity/connect/token/"})

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def in_front_of(application: Application) -> Application:
    """Return ``application`` with the token endpoint in front of it."""

    def entrance(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in TOKEN_PATHS:
            return application(environ, start_response)
        operation_ids.begin_unnamed()
        status, headers, body = respond_to_token_request(request_from(environ))
        start_response(_status_line(status), list(headers.items()))
        return [body]

    return entrance


@cache
def _status_line(status: int) -> str:
    return f"{int(status)} {HTTPStatus(status).phrase}"
