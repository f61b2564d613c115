"""TOK-A1 to TOK-A21: each request gets its exact response, through both entrances."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.rules.secret_format import new_secret
from tests.oauth import credential_cases, parameter_cases
from tests.oauth.credential_cases import UNKNOWN_ID
from tests.oauth.request_cases import GRANT, Row, posted
from tests.oauth.wsgi import Reply, basic, environ, form

pytestmark = pytest.mark.one_database

ROWS = [*credential_cases.ROWS, *parameter_cases.ROWS]
HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
}
HEADERS_BY_STATUS = {
    401: {**HEADERS, "WWW-Authenticate": 'Basic realm="identity"'},
    405: {**HEADERS, "Allow": "POST"},
}


def test_cases_include_a_hundred_malformed_requests():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert sum(row.error is not None for row in ROWS) >= 100


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_token_request_gets_its_exact_response(
    row: Row, clients: SimpleNamespace, ask: Callable[..., Reply]
):
    """TOK-1: status, every header and the body are exactly those of the case."""
    parts = row.parts(clients)

    reply = ask(**parts)

    assert (reply.status, reply.headers) == (row.status, HEADERS_BY_STATUS.get(row.status, HEADERS))
    if row.error is None:
        answer = reply.json()
        assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
        assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
        assert answer["access_token"].count(".") == 2
    elif parts.get("method") == "HEAD":
        assert reply.body == b""
    else:
        assert_error(reply, row.error)


def assert_error(reply: Reply, error: str) -> None:
    answer = reply.json()
    assert set(answer) == {"error", "error_description"}
    assert answer["error"] == error
    description = answer["error_description"]
    assert description.isascii()
    assert description.isprintable()
    assert not set('"\\') & set(description)


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431)])
def test_headers_of_exactly_16_kib_are_accepted(
    clients: SimpleNamespace, ask: Callable[..., Reply], more: int, status: int
):
    """TOK-A21: 16,384 bytes of names and values."""
    parts: dict[str, Any] = posted(GRANT)(clients)
    variables = environ(**parts, HTTP_X_A="")
    headers = {name: value for name, value in variables.items() if name[:5] in {"HTTP_", "CONTE"}}
    size = sum(len(name.removeprefix("HTTP_")) + len(value) for name, value in headers.items())

    assert ask(**parts, HTTP_X_A="x" * (16_384 - size + more)).status == status


def test_options_lists_the_allowed_method(clients: SimpleNamespace, ask: Callable[..., Reply]):
    """TOK-6: no cross-origin access."""
    reply = ask(method="OPTIONS", HTTP_ORIGIN="https://evil.test")

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers == {**HEADERS, "Allow": "POST"}


def test_failed_authentication_gives_the_same_bytes_for_every_reason(
    clients: SimpleNamespace, ask: Callable[..., Reply]
):
    """SEC-7: unknown, wrong, expired, removed, disabled; in the header and in the body."""
    pairs = [
        (UNKNOWN_ID, new_secret()),
        (clients.good.id, new_secret()),
        (clients.good.id, "no secret"),
        *((one.id, one.plain) for one in (clients.expired, clients.retired)),
        *((one.id, one.plain) for one in (clients.disabled, clients.removed)),
    ]

    replies = [ask(authorization=basic(*pair), body=form(GRANT)) for pair in pairs]
    replies += [
        ask(body=form(GRANT, client_id=client_id, client_secret=plain))
        for client_id, plain in pairs
    ]

    assert all(reply == replies[0] for reply in replies)
    assert replies[0].status == 401
