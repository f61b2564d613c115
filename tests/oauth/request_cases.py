"""Cases of token requests: a name, how to build the request, and the expected status and error."""

import base64
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from clients_app.rules.secret_format import new_secret
from tests.oauth.wsgi import basic, form

GRANT = ("grant_type", "client_credentials")
ANOTHER_SECRET = new_secret()  # well formed, but of no client

Parts = Callable[[SimpleNamespace], dict[str, Any]]


class Row(NamedTuple):
    """``parts`` builds the request from the clients; ``error`` is None if it gets a token."""

    name: str
    status: int
    error: str | None
    parts: Parts


def good(name: str, parts: Parts) -> Row:
    """A request that gets a token."""
    return Row(name, 200, None, parts)


def malformed(name: str, parts: Parts) -> Row:
    return Row(name, 400, "invalid_request", parts)


def unknown_client(name: str, parts: Parts) -> Row:
    return Row(name, 401, "invalid_client", parts)


def posted(*pairs: tuple[str, str], who: str = "good", **more: Any) -> Parts:
    """A form with the client's valid id and secret and ``pairs``."""

    def parts(clients: SimpleNamespace) -> dict[str, Any]:
        client = getattr(clients, who)
        return {"body": form(*pairs, client_id=client.id, client_secret=client.plain), **more}

    return parts


def with_basic(*pairs: tuple[str, str], who: str = "good", **more: Any) -> Parts:
    """A form of ``pairs`` with the client's valid id and secret in the Authorization header."""

    def parts(clients: SimpleNamespace) -> dict[str, Any]:
        client = getattr(clients, who)
        header = basic(client.id, client.plain)
        return {"authorization": header, "body": form(*pairs), **more}

    return parts


def header(make: Callable[[SimpleNamespace], str]) -> Parts:
    """A valid form with the Authorization header that ``make`` returns."""
    return lambda clients: {"authorization": make(clients), "body": form(GRANT)}


def fields(make: Callable[[SimpleNamespace], dict[str, str]]) -> Parts:
    """A form of the grant and the fields that ``make`` returns, without an Authorization header."""
    return lambda clients: {"body": form(GRANT, **make(clients))}


def b64(content: bytes) -> str:
    return "Basic " + base64.b64encode(content).decode()
