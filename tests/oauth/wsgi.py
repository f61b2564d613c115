"""Builds requests to the token endpoint and sends them through either of its entrances."""

import base64
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from clients_app.oauth.short_entrance import token_response
from portal.server.token_requests import token_request
from tests.rsgi import rsgi_scope

TOKEN_PATH = "/identity/connect/token"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Reply:
    """``headers`` excludes the Operation-Id, which differs between responses."""

    status: int
    headers: dict[str, str]
    body: bytes
    operation_id: str = field(default="", compare=False)

    def json(self) -> Any:
        return json.loads(self.body)


def basic(client_id: str, plain: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{plain}".encode()).decode()


def form(*pairs: tuple[str, str], **values: str) -> bytes:
    return urlencode([*pairs, *values.items()]).encode()


def environ(
    path: str = TOKEN_PATH,
    *,
    method: str = "POST",
    query: str = "",
    content_type: str | None = FORM,
    authorization: str | None = None,
    body: bytes = b"",
    **more: Any,
) -> dict[str, Any]:
    """Return the variables that a server passes to the application; ``more`` are raw ones."""
    variables: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "192.0.2.7",
        "SERVER_NAME": "localhost",
        "HTTP_HOST": "localhost:8000",
        "wsgi.input": io.BytesIO(body),
    }
    if content_type is not None:
        variables["CONTENT_TYPE"] = content_type
    if authorization is not None:
        variables["HTTP_AUTHORIZATION"] = authorization
    variables.update(more)
    setup_testing_defaults(variables)
    return variables


def send(application: Callable[..., Any], variables: dict[str, Any]) -> Reply:
    """Return the response of ``application`` to the request in ``variables``."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        started.append((status, headers))

    chunks = application(variables, start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    [(status, headers)] = started
    return _reply(int(status[:3]), headers, body)


def _reply(status: int, headers: list[tuple[str, str]], body: bytes) -> Reply:
    assert len({name.lower() for name, _ in headers}) == len(headers)
    said = dict(headers)
    operation_id = said.pop("Operation-Id", "")
    return Reply(status, said, body, operation_id)


@cache
def django_handler() -> WSGIHandler:
    """Return Django's handler with all middleware, created after the settings are ready."""
    return WSGIHandler()


def through_django(variables: dict[str, Any]) -> Reply:
    """Send through Django without closing the connection that holds the test's transaction."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        return send(django_handler(), variables)
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def through_the_short_entrance(variables: dict[str, Any]) -> Reply:
    """Send as the server does: what is no usual token request goes to Django."""
    scope, stream = scope_of(variables), variables["wsgi.input"]
    if variables.get("CONTENT_LENGTH") != str(stream.getbuffer().nbytes):  # the server refuses it
        return through_django(variables)
    body = b"".join(iter(stream.read, b""))
    request = token_request(scope, scope.headers, body)
    if request is None:
        return through_django({**variables, "wsgi.input": io.BytesIO(body)})
    response = token_response(request)
    return _reply(response.status, list(response.headers.items()), response.body)


def scope_of(variables: dict[str, Any]) -> Any:
    """Return what granian passes on of the request (RSGI)."""
    names = [name for name in variables if name.startswith(("HTTP_", "CONTENT_"))]
    return rsgi_scope(
        *[
            (name.removeprefix("HTTP_").lower().replace("_", "-"), variables[name])
            for name in names
        ],
        path=variables["PATH_INFO"],
        method=variables["REQUEST_METHOD"],
        query_string=variables["QUERY_STRING"],
        scheme=variables["wsgi.url_scheme"],
        client=f"{variables['REMOTE_ADDR']}:40000",
    )


ENTRANCES = {"django": through_django, "short": through_the_short_entrance}
