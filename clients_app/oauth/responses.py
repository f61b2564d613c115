"""JSON responses of the protocol endpoints. Source: RFC 6749 sections 5.1, 5.2."""

import json
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from json.encoder import encode_basestring
from typing import Any, Final

from django.http import HttpResponse
from django.http.response import ResponseHeaders

from clients_app.http import operation_ids
from clients_app.oauth.errors import OAuthError
from clients_app.oauth.plain_http import Response
from clients_app.services.tokens.access_tokens import IssuedToken

REALM: Final = "identity"
OPERATION_ID: Final = "Operation-Id"
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def token_json(issued: IssuedToken, more: Mapping[str, str]) -> Response:
    """Return the response with a new token; ``more`` are tokens or names, without quotes."""
    token, expires_in, scope = issued
    last = f',"scope":{encode_basestring(scope)}' if scope else ""
    for name, other in more.items():
        last += f',"{name}":"{other}"'
    body = (  # a token has no characters that JSON would escape
        f'{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in}{last}}}'
    )
    return Response(200, _HEADERS, body.encode())


def json_response(members: Mapping[str, Any]) -> Response:
    """Return the response to a request about a token."""
    return Response(HTTPStatus.OK, _HEADERS, json.dumps(members).encode())


def error_json(error: OAuthError, *, methods: str = "POST") -> Response:
    """Return the response to a request that failed; ``methods`` are those of the endpoint."""
    headers = {**_HEADERS, OPERATION_ID: operation_ids.current()}
    if error.challenge:
        headers["WWW-Authenticate"] = error.challenge
    elif error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = f'Basic realm="{REALM}"'
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = methods
    if error.retry_after_s:
        headers["Retry-After"] = str(error.retry_after_s)
    return Response(error.status, headers, _error_body(error.error, error.description))


@lru_cache(maxsize=256)  # a flood gets the same sentence again and again
def _error_body(error: str, description: str) -> bytes:
    return json.dumps({"error": error, "error_description": description}).encode()


def allowed_methods(methods: str) -> Response:
    """Return the response to OPTIONS."""
    return Response(HTTPStatus.NO_CONTENT, {**_HEADERS, "Allow": methods}, b"")


class _FrozenHeaders(ResponseHeaders):
    """Headers of which only the Operation Id can be set once they are ``frozen``."""

    frozen = False

    def __setitem__(self, key: str, value: Any) -> None:
        if not self.frozen or key == OPERATION_ID:
            super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        if not self.frozen:
            super().__delitem__(key)


class MachineResponse(HttpResponse):
    """A response to a program: middleware cannot add cookies or headers for browsers."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.body, status=response.status)
        self.headers = _FrozenHeaders(dict(response.headers))
        self.headers.frozen = True
        vars(self)["_has_been_logged"] = True  # Django would say less, without any limit

    def set_cookie(self, *args: Any, **kwargs: Any) -> None:
        """Set no cookie."""

    delete_cookie = set_cookie
