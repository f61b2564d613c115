"""Third-party clients ask for one API, and third-party APIs see it: from metadata to claims."""

from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

from tests.oauth.jwt_libraries import REFUSALS, VERIFIERS
from tests.oauth.third_party_clients import LIBRARIES, METADATA, Library, oauth2client
from tests.portal_apis import Machine, PortalApis

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Library:
    return LIBRARIES[request.param]


@pytest.fixture(scope="module")
def issuer(portal_apis: PortalApis) -> str:
    return f"{portal_apis.portal.url}/identity"


@pytest.fixture(scope="module")
def metadata(issuer: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(issuer + METADATA, timeout=30).json()
    return found


@pytest.mark.parametrize("name", ["resource", "audience"])
def test_library_gets_a_token_that_only_the_named_api_accepts(
    library: Library,
    name: str,
    portal_apis: PortalApis,
    metadata: dict[str, Any],
):
    """RES-2: ``audience`` means the same as ``resource``."""
    apis, jwks = portal_apis, requests.get(metadata["jwks_uri"], timeout=30).json()
    built_in = apis.portal.url
    for asked, scope, given in ((apis.orders, "", "read write"), (apis.stock, "read", "read")):
        params = {name: asked} | ({"scope": scope} if scope else {})

        token = library.get(metadata["issuer"], apis.caller, **params)["access_token"]

        for verify in VERIFIERS:
            claims = verify(token, jwks, issuer=metadata["issuer"], audience=asked)
            assert (claims["aud"], claims["scope"]) == (asked, given)
            assert claims["client_id"] == apis.caller.id
            for other in {apis.orders, apis.stock, built_in} - {asked}:
                with pytest.raises(REFUSALS):
                    verify(token, jwks, issuer=metadata["issuer"], audience=other)


def test_error_reaches_the_exception_of_the_library(
    library: Library, portal_apis: PortalApis, issuer: str
):
    """RFC 8707 section 2 and RFC 6749 section 5.2."""
    apis = portal_apis
    for params, error in (
        ({"resource": "https://unknown.example.com"}, "invalid_target"),
        ({"resource": apis.unused}, "invalid_target"),
        ({"resource": apis.orders, "audience": apis.stock}, "invalid_target"),
        ({"resource": apis.orders, "scope": "count"}, "invalid_scope"),
    ):
        with pytest.raises(library.refusal) as raised:
            library.get(issuer, apis.caller, **params)

        assert raised.value.error == error, params


def introspected_by_authlib(issuer: str, machine: Machine, token: str) -> dict[str, Any]:
    address = requests.get(issuer + METADATA, timeout=30).json()["introspection_endpoint"]
    with OAuth2Session(machine.id, machine.plain) as session:
        return session.introspect_token(address, token=token).json()


def introspected_by_oauth2client(issuer: str, machine: Machine, token: str) -> dict[str, Any]:
    return oauth2client(issuer, machine).introspect_token(token)


@pytest.mark.parametrize("ask", [introspected_by_authlib, introspected_by_oauth2client])
def test_library_introspects_only_tokens_of_its_api(ask: Any, portal_apis: PortalApis, issuer: str):
    """RES-7: a client named at an API; another one may ask about all tokens of the tenant."""
    apis = portal_apis
    of_orders, of_stock = (apis.token(resource=one) for one in (apis.orders, apis.stock))

    seen = ask(issuer, apis.gate, of_orders)

    assert (seen["active"], seen["aud"], seen["scope"]) == (True, apis.orders, "read write")
    assert seen["client_id"] == apis.caller.id
    for token in (of_stock, apis.token()):
        assert ask(issuer, apis.gate, token) == {"active": False}
        assert ask(issuer, apis.inspector, token)["active"]
