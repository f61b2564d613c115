"""A token request read from granian's scope is the same as one read from the environ."""

from typing import Any

import pytest

from clients_app import conf
from clients_app.oauth.plain_http import BODY_MAX, request_from
from portal.server.environ import environ_of
from portal.server.token_requests import token_request
from tests.rsgi import rsgi_scope

pytestmark = pytest.mark.one_database
PATH = "/identity/connect/token"
USUAL = (
    ("host", "portal.test"),
    ("authorization", "Basic eDp5"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-length", "3"),
)


@pytest.fixture
def proxies(settings: Any) -> Any:
    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    conf.trusted_proxies.cache_clear()
    yield
    conf.trusted_proxies.cache_clear()


@pytest.mark.usefixtures("proxies")
@pytest.mark.parametrize(
    ("headers", "parts", "body"),
    [
        (USUAL, {}, b"a=b"),
        (USUAL, {"path": PATH + "/", "query_string": "a=%20b"}, b"a=b"),
        ((), {}, b""),
        (USUAL[1:], {"client": "[2001:db8::7]:40000"}, b"a=b"),
        ((*USUAL, ("x-forwarded-for", "198.51.100.9, 192.0.2.8")), {}, b"a=b"),
        ((*USUAL, ("x-forwarded-proto", "https")), {}, b"a=b"),
        ((*USUAL, ("x-forwarded-proto", "https")), {"client": "198.51.100.1:4"}, b"a=b"),
        (USUAL, {"scheme": "https"}, b"a=b"),
        (USUAL[:3], {}, b"a" * (BODY_MAX + 2)),
    ],
)
def test_token_request_is_the_one_of_the_environ(
    headers: tuple[tuple[str, str], ...], parts: dict[str, str], body: bytes
) -> None:
    scope = rsgi_scope(*headers, **{"path": PATH, **parts})
    environ = environ_of(scope, body, file_wrapper=list)
    environ["CONTENT_LENGTH"] = str(len(body))

    expected = request_from(environ)
    found = token_request(scope, scope.headers, body)

    assert found is not None
    assert {**found.headers, "content-length": str(len(body))} == expected.headers
    assert found._replace(headers=expected.headers) == expected


@pytest.mark.parametrize("size", [16_384, 16_385])
def test_token_request_has_the_size_of_its_headers(size: int) -> None:
    used = sum(len(name) + len(value) for name, value in USUAL)
    scope = rsgi_scope(*USUAL, ("x-a", "x" * (size - used - 3)), path=PATH)

    found = token_request(scope, scope.headers, b"a=b")

    assert found is not None
    assert found.headers_size == size
    assert request_from(environ_of(scope, b"a=b", file_wrapper=list)).headers_size == size


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        (USUAL, {"path": "/identity/connect/introspect"}),
        (USUAL, {"method": "GET"}),
        (USUAL, {"method": "OPTIONS"}),
        ((*USUAL, ("authorization", "Basic eDp6")), {}),
        ((*USUAL, ("x-a", "caf\u00e9")), {}),
        ((*USUAL[:3], ("transfer-encoding", "chunked")), {}),
    ],
)
def test_unusual_request_is_left_to_the_environ(
    headers: tuple[tuple[str, str], ...], parts: dict[str, str]
) -> None:
    scope = rsgi_scope(*headers, **{"path": PATH, **parts})

    assert token_request(scope, scope.headers, b"a=b") is None


def test_request_without_https_is_left_to_the_environ(settings: Any) -> None:
    """Its error names what the proxy does wrong."""
    settings.PUBLIC_URL = "https://portal.test"
    conf.public_url.cache_clear()
    try:
        for scheme, is_left in (("http", True), ("https", False)):
            scope = rsgi_scope(*USUAL, path=PATH, scheme=scheme)
            assert (token_request(scope, scope.headers, b"a=b") is None) is is_left
    finally:
        conf.public_url.cache_clear()
