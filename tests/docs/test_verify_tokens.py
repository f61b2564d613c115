"""docs/verify-tokens.md and docs/examples: each example runs and refuses bad tokens."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from tests.portal_process import PortalProcess
from tests.rsa_keys import key_of_a_stranger
from tests.sampling import sampled
from tests.verifiers.apis import APIS, EXAMPLES, Api, Setting, started
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database
OTHER_TENANT = "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"
FOREIGN_KEY = key_of_a_stranger()


class Caller:
    """A client of the running portal that gets tokens."""

    def __init__(self, portal: PortalProcess, name: str, *options: str) -> None:
        self.portal = portal
        made = json.loads(portal.run("clients", "add", name, "--json", *options).stdout)
        self.id, self.plain = made["client_id"], made["client_secret"]

    def post(self, path: str, **fields: str) -> Any:
        fields |= {"client_id": self.id, "client_secret": self.plain}
        address = f"{self.portal.url}/identity/connect/{path}"
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(address, body) as answer:  # noqa: S310  a URL of this test
            return json.load(answer)

    def token(self) -> str:
        return self.post("token", grant_type="client_credentials")["access_token"]


@pytest.fixture(scope="module")
def caller(live_portal: PortalProcess) -> Caller:
    return Caller(live_portal, "Caller of the examples")


@pytest.fixture(scope="module")
def setting(
    live_portal: PortalProcess, caller: Caller, tmp_path_factory: pytest.TempPathFactory
) -> Setting:
    asks = Caller(live_portal, "API that asks", "--may-introspect")
    claims = claims_of(caller.token())
    folder = tmp_path_factory.mktemp("apis")
    return Setting(live_portal.url, live_portal.port, claims["tid"], folder, (asks.id, asks.plain))


@pytest.fixture(scope="module", params=sampled(APIS, count=2))
def api(request: pytest.FixtureRequest, setting: Setting) -> Iterator[Api]:
    with started(request.param, setting) as one:
        yield one


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def test_example_api_valid_token_is_accepted(api: Api, caller: Caller):
    """The API behind a proxy gets the caller's name from the token, not from the caller."""
    reply = api.get(caller.token(), **{"X-Client-Id": "somebody else"})

    assert reply.status == 200
    said = json.loads(reply.body)
    assert said.get("client_id", said.get("x-client-id")) == caller.id


Spoilt = Callable[[str], str | None]


def signed_by_another(token: str, **header: Any) -> str:
    headers = {**jwt.get_unverified_header(token), **header}
    return jwt.encode(claims_of(token), FOREIGN_KEY, "RS256", headers=headers)


SPOILT: dict[str, Spoilt] = {
    "none": lambda token: None,
    "a word": lambda token: "abc",
    "cut": lambda token: token[:-2],
    "another signature": signed_by_another,
    "an unknown key": lambda token: signed_by_another(token, kid="unknown"),
    "unsigned": lambda token: jwt.encode(claims_of(token), None, "none", headers={"typ": "at+jwt"}),
    "a password": lambda token: jwt.encode(claims_of(token), "x" * 32, "HS256"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_example_api_invalid_token_is_refused(api: Api, caller: Caller, spoilt: str):
    assert api.get(SPOILT[spoilt](caller.token())).status == 401


SIGN = """
import json, time, jwt
from clients_app.models import SigningKey
from clients_app.services.signing_keys.private_keys import loaded_key
key = loaded_key(SigningKey.objects.get(state="active").kid)
claims = json.loads({claims!r})
for changes, kind in (
    ({{}}, "at+jwt"), ({{}}, "JWT"), ({{"exp": int(time.time()) - 90}}, "at+jwt"),
    ({{"nbf": int(time.time()) + 90}}, "at+jwt"), ({{"aud": "https://evil.test"}}, "at+jwt"),
    ({{"iss": "https://evil.test/identity"}}, "at+jwt"),
):
    print(jwt.encode(
        claims | changes, key.private, key.algorithm, headers={{"kid": key.kid, "typ": kind}}
    ))
"""


@pytest.fixture(scope="module")
def signed_by_us(live_portal: PortalProcess, caller: Caller) -> dict[str, str]:
    """Tokens with a valid signature that must be refused, and one that must be accepted."""
    claims = json.dumps(claims_of(caller.token()))
    ended = live_portal.run("shell", "-v", "0", "-c", SIGN.format(claims=claims))
    assert ended.returncode == 0, ended.stderr
    kinds = ("good", "another type", "expired", "not yet", "another audience", "another issuer")
    return dict(zip(kinds, ended.stdout.split(), strict=True))


def test_example_api_checks_each_claim(api: Api, signed_by_us: dict[str, str]):
    """typ, exp, nbf, aud and iss, one at a time."""
    statuses = {kind: api.get(token).status for kind, token in signed_by_us.items()}

    assert statuses.pop("good") == 200
    assert set(statuses.values()) <= {401, 403}


@pytest.mark.parametrize("name", sampled(APIS, count=2))
def test_revoked_token_is_refused_only_by_introspection(
    name: str, setting: Setting, caller: Caller
):
    """INT-4, as on the page: only the example that introspects refuses."""
    token = caller.token()
    assert caller.post("revocation", token=token) == {}

    with started(name, setting) as api:
        assert api.get(token).status == (401 if name == "nginx" else 200)


def test_nginx_example_caches_the_introspection_response(setting: Setting, caller: Caller):
    """The page documents this effect of the cache."""
    token = caller.token()
    with started("nginx", setting) as api:
        assert api.get(token).status == 200
        caller.post("revocation", token=token)
        assert api.get(token).status == 200
        wait_until(lambda: api.get(token).status == 401)


@pytest.mark.parametrize("name", sampled(APIS, count=2))
def test_example_api_token_of_another_tenant_is_refused(
    name: str, setting: Setting, caller: Caller
):
    """Each API checks its tenant, as all tenants share issuer and audience."""
    with started(name, setting._replace(tenant_id=OTHER_TENANT)) as api:
        assert api.get(caller.token()).status in {401, 403}


PAGE = (EXAMPLES.parent / "verify-tokens.md").read_text()


def test_page_shows_the_programs_that_run():
    """Each program on it is an exact excerpt of a file in docs/examples."""
    kinds = (".py", ".mjs", ".js", ".yaml", ".conf")
    files = [file.read_text() for file in EXAMPLES.rglob("*") if file.suffix in kinds]
    shown = re.findall(r"```(?:python|js)\n(.*?)```", PAGE, re.DOTALL)

    assert len(shown) == 4
    for program in shown:
        assert any(program in file for file in files), program


def test_pages_name_every_example_file():
    """Except those of folders that have a page of their own, or that a page names as a whole."""
    pages = [page.read_text() for page in EXAMPLES.parent.glob("*.md")]
    named = {name for page in pages for name in re.findall(r"\]\(examples/([^)]+)\)", page)}
    folders = {name for name in named if (EXAMPLES / name).is_dir()}

    there = {
        str(file.relative_to(EXAMPLES))
        for file in EXAMPLES.rglob("*.*")
        if file.is_file()
        and not (file.parent / "README.md").exists()
        and not {"__pycache__", "node_modules"} & set(file.parts)
        and not {str(folder) for folder in file.relative_to(EXAMPLES).parents} & folders
    }
    assert {name for name in named - folders if not name.endswith("README.md")} == there


def test_page_introspection_response_has_the_real_members(setting: Setting, caller: Caller):
    """INT-1 and INT-4: introspection behaves as the page promises and warns."""
    shown = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert shown
    real = caller.post("introspect", token=caller.token())

    assert set(json.loads(shown[1])) == set(real)
    assert "What offline verification cannot see" in PAGE
    assert "up to an hour" in PAGE
