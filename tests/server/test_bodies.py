"""Bodies over HTTP: their limits and framings, and the lengths of answers."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clients_app.oauth.plain_http import BODY_MAX
from portal.server.entrance import FORM_MAX
from tests.oauth.wsgi import FORM, TOKEN_PATH
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

METADATA = "/identity/.well-known/openid-configuration"
PAGE = "/sign-in"
INTROSPECT = "/identity/connect/introspect"
TOO_LONG = {
    PAGE: b"a" * (FORM_MAX + 1),
    TOKEN_PATH: b"a" * (BODY_MAX + 1),
    INTROSPECT: b"a" * (BODY_MAX + 1),
}

pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path_factory.mktemp("bodies"))


@pytest.fixture
def wire(portal: PortalProcess) -> Iterator[http.client.HTTPConnection]:
    with closing(portal.connection(timeout_s=30)) as connection:
        yield connection


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", TOO_LONG)
def test_body_over_the_limit_gets_413(
    wire: http.client.HTTPConnection, path: str, chunked: bool
) -> None:
    body = iter([TOO_LONG[path]]) if chunked else TOO_LONG[path]
    headers = {"Content-Type": FORM, "Cookie": f"csrftoken={'a' * 32}"}
    wire.request("POST", path, body, headers, encode_chunked=chunked)

    answer = wire.getresponse()

    assert answer.status == 413
    if path != PAGE:
        assert json.loads(answer.read())["error"] == "invalid_request"


@pytest.mark.parametrize("path", [PAGE, TOKEN_PATH, INTROSPECT, "/api/v1/nothing"])
def test_connection_that_is_closed_after_a_long_body_says_so(
    portal: PortalProcess, path: str
) -> None:
    """RFC 9110 section 15.5.14, RFC 9112 section 9.6."""
    with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
        line.sendall(f"{head}Content-Length: {10 * FORM_MAX}\r\n\r\n".encode())
        line.sendall(b"a" * (FORM_MAX + 1))
        answer = line.makefile("rb").read()

    assert b"\r\nconnection: close\r\n" in answer.partition(b"\r\n\r\n")[0] + b"\r\n"


@pytest.mark.parametrize(
    "path",
    [
        *(METADATA, f"{METADATA}/jwks", TOKEN_PATH, "/livez", "/readyz", "/metrics"),
        *(PAGE, "/security/clients", "/admin/", "/nowhere", "/static/clients_app/css/portal.css"),
    ],
)
def test_complete_answer_has_its_length(wire: http.client.HTTPConnection, path: str) -> None:
    wire.request("GET", path)

    answer = wire.getresponse()

    assert answer.getheader("Transfer-Encoding") is None
    assert int(answer.headers["Content-Length"]) == len(answer.read())


@pytest.mark.parametrize("path", [TOKEN_PATH, INTROSPECT, PAGE])
@pytest.mark.parametrize(
    "sent",
    [
        b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\nzz\r\n",  # no size of a chunk
        b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n",  # no last chunk
        b"Content-Length: 9\r\n\r\na=b",
    ],
)
def test_body_that_breaks_off_gets_400(portal: PortalProcess, path: str, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as line:
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode())
        line.sendall(f"Content-Type: {FORM}\r\n".encode() + sent)
        line.shutdown(socket.SHUT_WR)
        answer = line.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert b"The body is incomplete." in answer


def test_body_after_expect_is_read(portal: PortalProcess) -> None:
    with socket.create_connection(("127.0.0.1", portal.port), timeout=30) as line:
        head = f"POST {TOKEN_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
        line.sendall(f"{head}Content-Length: 12\r\nExpect: 100-continue\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        line.sendall(b"grant_type=x")
        assert line.recv(100).startswith(b"HTTP/1.1 401 ")


def test_static_file_is_whole(portal: PortalProcess, wire: http.client.HTTPConnection) -> None:
    name = "admin/js/vendor/xregexp/xregexp.js"
    wire.request("GET", f"/static/{name}")

    whole = wire.getresponse().read()

    assert whole == (Path(portal.data_dir) / "static" / name).read_bytes()
    wire.request("GET", f"/static/{name}", headers={"Range": "bytes=10-19"})
    part = wire.getresponse()
    assert (part.status, part.read()) == (206, whole[10:20])
