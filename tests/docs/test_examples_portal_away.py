"""docs/examples while the portal is away or a clock is wrong, as docs/verify-tokens.md says."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.faketime import faketime_environment
from tests.verifiers.apis import EXAMPLES, Setting, started

pytestmark = pytest.mark.one_database
TENANT = "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"
MINUTE_S, HOUR_S = 60, 3600
OFFLINE = ("PyJWT", "simplejwt", "jose")  # examples that verify with keys they keep


class Issuer:
    """A portal that only publishes keys, or is away; ``fetches`` counts the requests."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self.kids = ["first"]
        self.is_away = False
        self.fetches = 0
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.fetches += 1
                if not issuer.is_away:
                    body = json.dumps({"keys": [issuer.public(kid) for kid in issuer.kids]})
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(body.encode())

            def log_message(self, *args: Any) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def public(self, kid: str) -> dict[str, Any]:
        jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(
            self.key.public_key(), as_dict=True
        )
        return jwk | {"kid": kid, "alg": "RS256", "use": "sig"}

    def token(self, kid: str = "first", *, lifetime_s: int = HOUR_S, ahead_s: int = 0) -> str:
        """Return a token by a clock that is ``ahead_s`` ahead."""
        now = int(time.time()) + ahead_s
        claims = {
            "iss": f"{self.url}/identity",
            "aud": self.url,
            "tid": TENANT,
            "jti": "1",
            "sub": "pump",
            "client_id": "pump",
            "roles": ["Tenant Member"],
            "iat": now,
            "nbf": now,
            "exp": now + lifetime_s,
        }
        return jwt.encode(claims, self.key, "RS256", headers={"kid": kid, "typ": "at+jwt"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def setting(issuer: Issuer, tmp_path: Path) -> Setting:
    return Setting(issuer.url, issuer.server.server_port, TENANT, tmp_path, ("id", "secret"))


@pytest.mark.parametrize("name", OFFLINE)
def test_example_goes_on_with_its_keys_while_the_portal_is_away(
    name: str, issuer: Issuer, setting: Setting
):
    with started(name, setting) as api:
        assert api.get(issuer.token()).status == 200
        issuer.is_away = True

        assert api.get(issuer.token()).status == 200
        assert api.get("abc").status == 401
        assert issuer.fetches == 1


@pytest.mark.parametrize("name", [*OFFLINE, "nginx"])
def test_example_that_cannot_know_says_so(name: str, issuer: Issuer, setting: Setting):
    issuer.is_away = True
    if name == "nginx":
        setting = setting._replace(portal_url="https://127.0.0.1:1")

    with started(name, setting) as api:
        reply = api.get(issuer.token())
        assert (reply.status, reply.headers["retry-after"]) == (503, "30")
        assert api.get(None).status == 401


@pytest.mark.parametrize("name", OFFLINE)
def test_example_fetches_keys_once_for_many_unknown_ones(
    name: str, issuer: Issuer, setting: Setting
):
    with started(name, setting) as api:
        assert api.get(issuer.token()).status == 200
        assert {api.get(issuer.token(f"unknown {n}")).status for n in range(5)} == {401}
        assert issuer.fetches == 1


@pytest.mark.parametrize("name", [*OFFLINE, "Envoy"])
def test_example_allows_a_minute_between_clocks(name: str, issuer: Issuer, setting: Setting):
    """To a clock that is behind, a new token is from the future."""
    with started(name, setting) as api:
        statuses = [api.get(issuer.token(ahead_s=ahead_s)).status for ahead_s in (1, 45, 90)]

    assert statuses == [200, 200, 401]


def test_node_example_keeps_its_keys_for_a_day(issuer: Issuer, setting: Setting, tmp_path: Path):
    moved = tmp_path / "clock"
    moved.write_text("+0s")
    variables = {
        **faketime_environment(),
        "FAKETIME_TIMESTAMP_FILE": str(moved),
        "FAKETIME_NO_CACHE": "1",
    }
    token = issuer.token(lifetime_s=48 * HOUR_S)
    with started("jose", setting, variables=variables) as api:
        assert api.get(token).status == 200
        issuer.is_away = True
        for ahead_s, status in ((20 * MINUTE_S, 200), (23 * HOUR_S, 200), (25 * HOUR_S, 503)):
            moved.write_text(f"+{ahead_s}s")
            assert api.get(token).status == status
        issuer.is_away = False
        moved.write_text(f"+{25 * HOUR_S + 31}s")
        assert api.get(token).status == 200


@pytest.fixture
def keys_module() -> ModuleType:
    spec = spec_from_file_location("example_api", EXAMPLES / "api.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Keys:
    """The keys of the Python examples, with a clock that the test moves."""

    def __init__(self, module: ModuleType, issuer: Issuer, patch: pytest.MonkeyPatch) -> None:
        self.now_s = 1000.0
        patch.setattr(module.time, "monotonic", lambda: self.now_s)
        self.module, self.issuer = module, issuer
        self.kept = module.PortalKeys(f"{issuer.url}/identity")

    def judge(self, kid: str = "first") -> str:
        try:
            self.kept.get_signing_key_from_jwt(self.issuer.token(kid))
        except (jwt.PyJWKClientError, self.module.PortalAway) as error:
            return type(error).__name__
        return "known"


@pytest.fixture
def keys(keys_module: ModuleType, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> Keys:
    return Keys(keys_module, issuer, monkeypatch)


def test_python_keys_are_kept_for_a_day(keys: Keys, issuer: Issuer):
    assert keys.judge() == "known"
    issuer.is_away = True
    for later_s in (20 * MINUTE_S, 22 * HOUR_S):
        keys.now_s += later_s
        assert keys.judge() == "known"
        assert keys.judge("second") == "PortalAway"
    keys.now_s += 2 * HOUR_S
    assert keys.judge() == "PortalAway"
    issuer.is_away = False
    assert keys.judge() == "PortalAway"
    keys.now_s += 31
    assert keys.judge() == "known"


def test_python_keys_that_were_withdrawn_are_forgotten_in_15_minutes(keys: Keys, issuer: Issuer):
    assert keys.judge() == "known"
    issuer.kids = ["second"]
    keys.now_s += 15 * MINUTE_S
    assert keys.judge() == "known"
    keys.now_s += 1
    assert keys.judge() == "PyJWKClientError"
    assert keys.judge("second") == "known"
    assert issuer.fetches == 2


def test_python_keys_that_are_new_are_fetched_at_most_every_30_seconds(keys: Keys, issuer: Issuer):
    assert keys.judge() == "known"
    issuer.kids = ["first", "second"]
    keys.now_s += 30
    assert keys.judge("second") == "PyJWKClientError"
    keys.now_s += 1
    assert keys.judge("second") == "known"
    assert [keys.judge("third") for _ in range(3)] == ["PyJWKClientError"] * 3
    assert issuer.fetches == 2
