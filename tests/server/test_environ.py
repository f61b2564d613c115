"""The environ that the application gets (PEP 3333)."""

from typing import Any

import pytest

from portal.server.environ import body_length, environ_of
from tests.rsgi import Headers, rsgi_scope

pytestmark = pytest.mark.one_database


def environ(*headers: tuple[str, str], body: bytes = b"", **parts: str) -> dict[str, Any]:
    return environ_of(rsgi_scope(*headers, **parts), body, file_wrapper=list)


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
    assert set(environ((name, "6"))) == set(environ())


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
    assert body_length(Headers(headers)) == length


def test_environ_gives_a_chunked_body_its_length() -> None:
    found = environ(("transfer-encoding", "chunked"), body=b"abc")

    assert (found["CONTENT_LENGTH"], found["wsgi.input"].read()) == ("3", b"abc")
    assert "HTTP_TRANSFER_ENCODING" not in found
