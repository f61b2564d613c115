"""What the two entrances handle: bodies, paths, schemes, addresses, cookies."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app import oauth
from clients_app.identity.session_store import SessionStore
from portal.server.token_requests import token_request
from tests.oauth import wsgi
from tests.oauth.wsgi import Reply, basic, form

pytestmark = pytest.mark.one_database

GRANT = form(grant_type="client_credentials")
Ask = Callable[..., Reply]


@pytest.fixture
def good(clients: SimpleNamespace) -> dict[str, Any]:
    """The parts of a valid request."""
    return {"authorization": basic(clients.good.id, clients.good.plain), "body": GRANT}


def chunked(body: bytes) -> dict[str, Any]:
    """The WSGI variables of a body without a length, as granian passes them."""
    return {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}


def test_query_parameters_are_never_used(good: dict[str, Any], ask: Ask):
    """TOK-3. Django's more lenient ``request.GET`` and ``request.POST`` are not used either."""
    door = Path(oauth.__path__[0])
    sources = [file.read_text() for file in door.rglob("*.py")]

    assert len(sources) > 10
    assert not [text for text in sources if re.search(r"request\.(GET|POST)\b", text)]
    pairs = form(grant_type="client_credentials").decode()
    assert ask(authorization=good["authorization"], query=pairs).status == 400


def test_body_is_read_once(good: dict[str, Any], ask: Ask):
    """TOK-3."""

    class Once(io.BytesIO):
        def seek(self, *_: Any) -> int:
            raise AssertionError("read twice")

    stream = Once(GRANT)
    assert ask(**good, **{"wsgi.input": stream}).status == 200
    assert stream.read() == b""


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://localhost:8000"])
def test_cross_origin_request_gets_no_cors_headers(good: dict[str, Any], ask: Ask, origin: str):
    """TOK-6: no client can register an origin for this endpoint."""
    for method in ("POST", "OPTIONS"):
        headers = ask(**good, method=method, HTTP_ORIGIN=origin).headers
        assert "Cache-Control" in headers
        assert not [name for name in headers if name.lower().startswith("access-control")]


def test_body_without_a_length_is_read_to_its_end(good: dict[str, Any], ask: Ask):
    assert ask(**good, **chunked(GRANT)).status == 200


def test_body_without_a_length_has_the_same_limit(good: dict[str, Any], ask: Ask):
    assert ask(**good, **chunked(GRANT + b"&a=" + b"x" * 65_536)).status == 413


def test_body_without_a_length_or_an_end_is_not_read(good: dict[str, Any], ask: Ask):
    """A server that promises no end may wait forever: nothing is read."""
    reply = ask(**good, CONTENT_LENGTH="")

    assert (reply.status, reply.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "٣"])
def test_invalid_content_length_reads_nothing(good: dict[str, Any], ask: Ask, length: str):
    assert ask(**good, CONTENT_LENGTH=length).status == 400


def test_too_large_content_length_is_refused_without_reading(good: dict[str, Any], ask: Ask):
    endless = io.BytesIO(b"x" * 10**6)

    assert ask(**good, **{"wsgi.input": endless, "CONTENT_LENGTH": "9" * 18}).status == 413
    assert endless.tell() <= 65_537


def test_body_in_several_reads_is_joined(good: dict[str, Any], ask: Ask):
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(3)

    assert ask(**good, **{"wsgi.input": Slow(GRANT)}).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/identity/connect/tokens",
        "/identity/connect/token//",
        "/identity/connect/Token",
        "/x/identity/connect/token",
        "/identity/connect/token/x",
    ],
)
def test_other_paths_are_passed_to_django(path: str):
    scope = wsgi.scope_of(wsgi.environ(path))

    assert token_request(scope, scope.headers, b"") is None


def test_https_installation_refuses_plain_http(good: dict[str, Any], ask: Ask, settings: Any):
    """TOK-5: no redirect, and the credentials are not checked."""
    settings.PUBLIC_URL = "https://portal.example.com"
    settings.SECURE_SSL_REDIRECT = True

    reply = ask(**good)

    assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
    assert "Location" not in reply.headers
    assert ask(**good, **{"wsgi.url_scheme": "https"}).status == 200


@pytest.mark.parametrize(
    ("proxies", "proto", "status"),
    [
        ([], "https", 400),  # anyone can send the header
        (["198.51.100.0/24"], "https", 400),
        (["192.0.2.7"], "https", 200),
        (["192.0.2.7"], "https, http", 200),  # the first counts, as on pages
        (["192.0.2.7"], "http, https", 400),
        (["::ffff:192.0.2.7"], "https", 200),
        (["::ffff:192.0.2.0/120"], "https", 200),
        (["192.0.2.7"], "http", 400),
        (["192.0.2.7"], "", 400),
    ],
)
def test_forwarded_scheme_is_trusted_only_from_our_proxies(
    good: dict[str, Any], ask: Ask, settings: Any, proxies: list[str], proto: str, status: int
):
    settings.PUBLIC_URL = "https://portal.example.com"
    settings.TRUSTED_PROXIES = proxies

    assert ask(**good, HTTP_X_FORWARDED_PROTO=proto).status == status


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7"])
@pytest.mark.parametrize(
    ("proxies", "headers", "cause"),
    [
        ([], {"HTTP_X_FORWARDED_PROTO": "https"}, "add it to TRUSTED_PROXIES)"),
        ([], {"HTTP_X_FORWARDED_FOR": "10.0.0.1"}, "TRUSTED_PROXIES and make it send X-Forw"),
        (["192.0.2.7"], {}, "192.0.2.7 is your proxy; make it send X-Forwarded-Proto)"),
        (["192.0.2.7"], {"HTTP_X_FORWARDED_PROTO": "http"}, "(Use https.)"),
        ([], {}, "(Use https.)"),
    ],
)
def test_log_says_why_https_of_a_proxy_does_not_count(
    good: dict[str, Any],
    ask: Ask,
    settings: Any,
    caplog: pytest.LogCaptureFixture,
    address: str,
    proxies: list[str],
    headers: dict[str, str],
    cause: str,
):
    """DEP-17."""
    settings.PUBLIC_URL = "https://portal.example.com"
    settings.TRUSTED_PROXIES = proxies

    assert ask(**good, **headers, REMOTE_ADDR=address).status == 400
    assert cause in caplog.text


def test_log_has_the_address_behind_our_proxy(
    clients: SimpleNamespace, ask: Ask, settings: Any, caplog: pytest.LogCaptureFixture
):
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]

    ask(body=GRANT, HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.5, 192.0.2.9")

    assert "address 203.0.113.5." in caplog.text
    assert "6.6.6.6" not in caplog.text


def test_session_of_an_administrator_is_ignored(
    clients: SimpleNamespace, ask: Ask, administrator_browser: Browser
):
    """TOK-4 and WEB-3: the same 401, no cookie, and the session is not read."""
    key = administrator_browser.cookies["sessionid"].value
    assert SessionStore(key).exists(key)

    with_cookie = ask(body=GRANT, HTTP_COOKIE=f"sessionid={key}; csrftoken=x")

    assert with_cookie == ask(body=GRANT)
    assert with_cookie.status == 401
    assert "Set-Cookie" not in with_cookie.headers
    assert "Vary" not in with_cookie.headers
