"""The environ that the application gets (PEP 3333)."""

from types import SimpleNamespace
from typing import Any

import pytest

from portal.server.environ import add_body, body_length, environ_of

pytestmark = pytest.mark.one_database


class Headers(list[tuple[str, str]]):
    """As granian has them: names in lower case, values that are not ASCII only by name."""

    def items(self) -> list[tuple[str, str]]:
        return [pair for pair in self if pair[1].isascii()]

    def keys(self) -> list[str]:
        return [name for name, _ in self]


def environ(*headers: tuple[str, str], **parts: str) -> dict[str, Any]:
    known = {
        "method": "POST",
        "path": "/",
        "query_string": "",
        "http_version": "1.1",
        "scheme": "http",
        "server": "127.0.0.1:8000",
        "client": "192.0.2.7:40000",
    }
    return environ_of(SimpleNamespace(**{**known, **parts}, headers=Headers(headers)))


def test_environ_has_the_parts_of_the_request() -> None:
    found = environ(
        ("host", "portal.test"),
        ("content-type", "text/plain"),
        ("content-length", "3"),
        path="/caf\u00e9/\u2026",
        query_string="q=%20a",
    )

    assert {name: found[name] for name in found if not name.startswith("wsgi.")} == {
        "CONTENT_LENGTH": "3",
        "CONTENT_TYPE": "text/plain",
        "HTTP_HOST": "portal.test",
        "PATH_INFO": "/caf\u00e9/\u2026".encode().decode("latin-1"),
        "QUERY_STRING": "q=%20a",
        "REMOTE_ADDR": "192.0.2.7",
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    assert found["wsgi.url_scheme"] == "http"


def test_environ_joins_a_header_that_is_repeated() -> None:
    found = environ(("x-a", "1"), ("cookie", "a=1"), ("x-a", "2"), ("cookie", "b=2"))

    assert (found["HTTP_X_A"], found["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


@pytest.mark.parametrize("name", ["x_forwarded_for", "x-forwarded_for", "content_length", "_"])
def test_environ_leaves_out_a_header_with_an_underscore(name: str) -> None:
    """DEP-16."""
    assert environ((name, "6")) == environ()


def test_environ_has_a_header_that_is_not_ascii_as_empty() -> None:
    """So that credentials that cannot be read do not count as none."""
    assert environ(("authorization", "Basic \u00e9"))["HTTP_AUTHORIZATION"] == ""


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7:1", "192.0.2.7"),
        ("[2001:db8::7]:1", "2001:db8::7"),
        ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
    ],
)
def test_environ_has_the_address_of_the_peer(client: str, address: str) -> None:
    assert environ(client=client)["REMOTE_ADDR"] == address


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ([], 0),
        ([("content-length", "5")], 5),
        ([("transfer-encoding", "chunked")], None),
    ],
)
def test_body_length_is_what_the_headers_say(
    headers: list[tuple[str, str]], length: int | None
) -> None:
    assert body_length(environ(*headers)) == length


def test_add_body_gives_a_chunked_body_its_length() -> None:
    found = environ(("transfer-encoding", "chunked"))

    add_body(found, b"abc")

    assert (found["CONTENT_LENGTH"], found["wsgi.input"].read()) == ("3", b"abc")
    assert "HTTP_TRANSFER_ENCODING" not in found
