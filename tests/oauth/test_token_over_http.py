"""The token endpoint of the running server over HTTP."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from secrets import randbits
from types import SimpleNamespace
from typing import Any

import pytest

from tests.oauth.request_cases import GRANT, Row, with_basic
from tests.oauth.test_token_requests import HEADERS as OWN_HEADERS
from tests.oauth.test_token_requests import HEADERS_BY_STATUS, ROWS, assert_error
from tests.oauth.wsgi import FORM, TOKEN_PATH, Reply, basic, environ
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database

#: Granian itself answers these, before our code; TOK-1 does not cover them.
REFUSED_BY_THE_SERVER = {"19 CONNECT", "18 '\\x00'"}


@pytest.fixture
def wire(token_portal: PortalProcess) -> Iterator[http.client.HTTPConnection]:
    with closing(
        http.client.HTTPConnection("127.0.0.1", token_portal.port, timeout=30)
    ) as connection:
        yield connection


def send(wire: http.client.HTTPConnection, **parts: Any) -> Reply:
    """Send the request that ``environ`` makes of these parts."""
    variables = environ(**parts)
    path, query = variables["PATH_INFO"], variables["QUERY_STRING"]
    wire.putrequest(variables["REQUEST_METHOD"], f"{path}?{query}" if query else path)
    if "HTTP_X_FORWARDED_FOR" not in variables:  # a new caller, without earlier failures
        variables["HTTP_X_FORWARDED_FOR"] = str(ip_address(randbits(128)))
    for name, value in variables.items():
        if name.startswith(("CONTENT_", "HTTP_")) and name != "HTTP_HOST":
            wire.putheader(name.removeprefix("HTTP_").replace("_", "-").title(), value)
    wire.endheaders(parts.get("body", b""))
    answer = wire.getresponse()
    return Reply(answer.status, dict(answer.getheaders()), answer.read())


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.name) for row in ROWS if row.name not in REFUSED_BY_THE_SERVER]
)
def test_token_request_over_http_gets_its_exact_response(
    row: Row, machines: SimpleNamespace, wire: http.client.HTTPConnection
):
    """TOK-1 over HTTP: the same cases, the same responses."""
    parts = row.parts(machines)

    reply = send(wire, **parts)

    headers = {name.title(): value for name, value in reply.headers.items()}
    wanted = HEADERS_BY_STATUS.get(row.status, OWN_HEADERS)
    assert reply.status == row.status
    assert {name.title(): value for name, value in wanted.items()}.items() <= headers.items()
    assert not {"Set-Cookie", "Location", "Access-Control-Allow-Origin"} & set(headers)
    if row.error is None:
        assert reply.json()["token_type"] == "Bearer"
    elif parts.get("method") == "HEAD":
        assert reply.body == b""
    else:
        assert_error(reply, row.error)


@pytest.mark.parametrize("name", sorted(REFUSED_BY_THE_SERVER))
def test_request_that_granian_rejects_gets_no_token(
    name: str, machines: SimpleNamespace, wire: http.client.HTTPConnection
):
    [row] = [row for row in ROWS if row.name == name]

    assert 400 <= send(wire, **row.parts(machines)).status < 500


def test_two_authorization_headers_are_rejected(
    machines: SimpleNamespace, wire: http.client.HTTPConnection
):
    """TOK-A5: the server joins two headers to one."""
    wire.putrequest("POST", TOKEN_PATH)
    for machine in (machines.good, machines.hybrid):
        wire.putheader("Authorization", basic(machine.id, machine.plain))
    wire.putheader("Content-Type", FORM)
    wire.putheader("Content-Length", "29")
    wire.endheaders(b"grant_type=client_credentials")

    answer = wire.getresponse()

    assert answer.status == 400
    assert json.loads(answer.read())["error"] == "invalid_request"


def test_chunked_body_is_read_to_its_end_and_limited(
    machines: SimpleNamespace, wire: http.client.HTTPConnection
):
    """A body without a length; one over the limit is refused."""
    parts = with_basic(GRANT)(machines)
    headers = {"Content-Type": FORM, "Authorization": parts["authorization"]}
    for pieces, status in (
        ([b"grant_type=", b"client_", b"credentials"], 200),
        ([b"grant_type=client_credentials&a=", *[b"x" * 10_000] * 7], 413),
    ):
        wire.request("POST", TOKEN_PATH, iter(pieces), headers, encode_chunked=True)
        answer = wire.getresponse()
        assert (answer.status, json.loads(answer.read()).get("token_type")) == (
            status,
            "Bearer" if status == 200 else None,
        )
        wire.close()
