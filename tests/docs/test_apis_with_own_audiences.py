"""Two APIs of one tenant, each with its own audience: neither accepts tokens for the other.

Each program of docs/examples, and Authlib, runs once as each of the two.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from authlib.oauth2 import OAuth2Error, ResourceProtector
from authlib.oauth2.rfc6749.requests import OAuth2Request
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet

from tests.portal_apis import PortalApis, add_apis
from tests.portal_process import PortalProcess
from tests.sampling import sampled
from tests.verifiers.apis import APIS, EXAMPLES, Setting, started

pytestmark = pytest.mark.one_database

StatusOf = Callable[[str], int]


class PortalTokens(JWTBearerTokenValidator):
    """Authlib's validator of RFC 9068, which finds the keys by the metadata."""

    def get_jwks(self) -> KeySet:
        metadata = requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=30)
        return KeySet.import_key_set(requests.get(metadata.json()["jwks_uri"], timeout=30).json())


@contextmanager
def authlib(setting: Setting) -> Iterator[StatusOf]:
    """Yield an API that uses Authlib's ResourceProtector, in this process."""
    protector = ResourceProtector()
    protector.register_token_validator(PortalTokens(setting.issuer, setting.audience))

    def status_of(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        request = OAuth2Request("GET", "http://localhost/", headers=headers)
        try:
            protector.validate_request(None, request)
        except OAuth2Error as error:
            return int(error.status_code)
        return 200

    yield status_of


@contextmanager
def example(name: str, setting: Setting) -> Iterator[StatusOf]:
    with started(name, setting) as api:
        yield lambda token: api.get(token).status


@pytest.fixture(scope="module")
def apis(live_portal: PortalProcess) -> PortalApis:
    return add_apis(live_portal, "audiences")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two-apis")


@pytest.fixture(scope="module", params=sampled([*APIS, "Authlib"], count=2))
def both(
    request: pytest.FixtureRequest, apis: PortalApis, folder: Path
) -> Iterator[Mapping[str, StatusOf]]:
    """The same program as two APIs, by Identifier."""
    portal = apis.portal
    base = Setting(portal.url, portal.port, apis.tenant_id, folder, apis.inspector)
    with ExitStack() as running:
        found = {}
        for identifier in (apis.orders, apis.stock):
            own = base._replace(identifier=identifier)
            api = authlib(own) if request.param == "Authlib" else example(request.param, own)
            found[identifier] = running.enter_context(api)
        yield found


def test_api_accepts_only_tokens_for_its_own_identifier(
    both: Mapping[str, StatusOf], apis: PortalApis
):
    """RES-2: also where the API may introspect tokens for all APIs of the tenant."""
    for identifier, status_of in both.items():
        others = {apis.orders, apis.stock, apis.portal.url} - {identifier}

        assert status_of(apis.token(resource=identifier)) == 200
        for other in others:
            assert status_of(apis.token(resource=other)) in {401, 403}, (identifier, other)


def test_nginx_named_at_its_api_accepts_only_tokens_for_it(apis: PortalApis, folder: Path):
    """RES-7: the portal says about any other token that it is not active."""
    portal = apis.portal
    base = Setting(portal.url, portal.port, apis.tenant_id, folder, apis.gate, apis.orders)
    with started("nginx", base) as api:
        assert api.get(apis.token(resource=apis.orders)).status == 200
        for other in (apis.stock, portal.url):
            assert api.get(apis.token(resource=other)).status == 401


@pytest.mark.parametrize("name", ["AUDIENCE", "TENANT_ID", "ISSUER"])
def test_node_example_without_a_setting_does_not_start(name: str, apis: PortalApis, folder: Path):
    """Without an audience, jose would accept tokens for every API."""
    portal = apis.portal
    setting = Setting(portal.url, portal.port, apis.tenant_id, folder)
    with (
        pytest.raises(AssertionError, match=f"Set {name}"),
        started("jose", setting, variables={name: ""}),
    ):
        pass


def test_page_says_what_to_replace_for_an_audience():
    """The page names the very lines of the examples."""
    page = (EXAMPLES.parent / "verify-tokens.md").read_text()

    for file, line in (
        ("envoy.yaml", 'audiences: ["https://portal.example.com"]'),
        ("nginx/api.conf", 'default "https://portal.example.com";'),
    ):
        assert line in (EXAMPLES / file).read_text()
        assert f"`{line}`" in page
    for how in ("`--audience`", "`AUDIENCE`"):
        assert how in page
