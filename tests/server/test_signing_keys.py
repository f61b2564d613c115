"""Signing keys of a running portal: several workers, revocation, and a new SECRET_KEY."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from tests.oauth.running_portal import execute
from tests.portal_process import PASSWORD, USERNAME, PortalProcess
from tests.prepared_portal import new_portal
from tests.server.machines import Machine
from tests.waiting import wait_until

JWKS = "/identity/.well-known/openid-configuration/jwks"
NEW = "another-secret-key-" * 4


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """For tests that neither stop it nor change its environment."""
    yield from new_portal(tmp_path_factory.mktemp("shared"), WORKERS="2")


@pytest.fixture
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PortalProcess]:
    yield from new_portal(tmp_path, WORKERS=getattr(request, "param", "2"))


def published(portal: PortalProcess) -> dict[str, Any]:
    """Return the public keys of the portal by kid."""
    keys = requests.get(portal.url + JWKS, timeout=20).json()["keys"]
    return {jwk["kid"]: jwt.PyJWK(jwk) for jwk in keys}


def kid_of(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


@pytest.mark.sweep
@pytest.mark.parametrize("portal", ["8"], indirect=True)
def test_eight_workers_create_one_key(portal: PortalProcess) -> None:
    """KEY-6; all tokens verify, and the private part is nowhere in plain text (KEY-2)."""
    machine = Machine(portal)
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: machine.token(), range(40)))

    states = portal.query("SELECT state FROM clients_app_signingkey")
    keys = published(portal)
    assert states == [("active",)]
    assert {kid_of(token) for token in tokens} == set(keys)
    for token in tokens:
        key = keys[kid_of(token)]
        assert jwt.decode(token, key, algorithms=["RS256"], audience=portal.url)["jti"]
    seen = portal.dump_of_every_table() + portal.log()
    assert not re.search(r'BEGIN (RSA |EC )?PRIVATE|"d":', seen)


@pytest.mark.one_database  # what a worker remembers; `test_revocation.py` runs on both
def test_revoked_key_is_refused_by_every_worker_immediately(shared: PortalProcess) -> None:
    """KEY-5, with enough requests to reach both workers, as for SEC-11."""
    portal = shared
    machine = Machine(portal)
    old = machine.token()
    assert all(machine.is_active(old) for _ in range(10))

    revoked = portal.manage("keys", "revoke", kid_of(old))

    assert revoked.returncode == 0, revoked.stderr
    answers = [machine.is_active(old) for _ in range(40)]
    assert not any(answers)
    new = [machine.token() for _ in range(20)]
    assert {kid_of(token) for token in new} == set(published(portal))
    assert kid_of(old) not in published(portal)
    assert all(machine.is_active(token) for token in new)
    assert portal.manage("activity", "verify").returncode == 0


@pytest.mark.one_database
def test_jwks_is_served_by_every_worker_without_the_database(shared: PortalProcess) -> None:
    """KEY-3: even by a worker that has not served them since they changed."""
    portal = shared
    address = portal.url + JWKS

    def asked_without_the_table() -> list[requests.Response]:
        """Return the responses if all are good: each worker has loaded the keys at its start."""
        execute(portal, "ALTER TABLE clients_app_signingkey RENAME TO clients_app_away")
        try:
            away = [requests.get(address, timeout=20) for _ in range(20)]
        finally:
            execute(portal, "ALTER TABLE clients_app_away RENAME TO clients_app_signingkey")
        return away if {reply.status_code for reply in away} == {200} else []

    away = wait_until(asked_without_the_table)
    assert "The public keys cannot be read; serving the cached ones" in portal.log()
    there = requests.get(address, timeout=20)
    assert {reply.text for reply in away} == {there.text}
    assert {reply.headers["ETag"] for reply in away} == {there.headers["ETag"]}


def signed_in(portal: PortalProcess) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{portal.url}/sign-in", timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    fields = {"csrfmiddlewaretoken": token[1], "login": USERNAME, "password": PASSWORD}
    browser.post(page.url, fields, headers={"Referer": page.url}, timeout=20)
    assert sees_clients(portal, browser)
    return browser


def sees_clients(portal: PortalProcess, browser: requests.Session) -> bool:
    address = f"{portal.url}/security/clients"
    return browser.get(address, timeout=20, allow_redirects=False).status_code == 200


@pytest.mark.sweep
@pytest.mark.one_database
def test_change_of_secret_key_keeps_everything_working(portal: PortalProcess) -> None:
    """The steps of docs/operations.md, "Another SECRET_KEY"."""
    machine, browser = Machine(portal), signed_in(portal)
    old, former = machine.token(), (portal.data_dir / "secret_key").read_text().strip()
    portal.environment |= {"SECRET_KEY": NEW, "SECRET_KEY_FALLBACKS": former}
    portal.stop()
    portal.start()

    assert machine.is_active(old)
    assert machine.is_active(machine.token())
    assert sees_clients(portal, browser)
    assert portal.manage("activity", "verify").returncode == 0

    ended = portal.manage("keys", "reencrypt")
    assert ended.stdout.startswith("Signing keys re-encrypted: 1.\n"), ended.stderr
    del portal.environment["SECRET_KEY_FALLBACKS"]
    portal.stop()
    portal.start()

    assert machine.is_active(old)
    assert machine.is_active(machine.token())
    alone = portal.manage("activity", "verify")
    assert alone.returncode == 1
    assert "the key it was sealed with is not among SECRET_KEY and its fallbacks" in alone.stdout
    assert portal.manage("activity", "verify", SECRET_KEY_FALLBACKS=former).returncode == 0


@pytest.mark.one_database
def test_start_with_a_lost_secret_key_is_refused_until_the_key_is_revoked(
    portal: PortalProcess,
) -> None:
    """KEY-7."""
    machine = Machine(portal)
    old = machine.token()
    portal.stop()
    portal.environment["SECRET_KEY"] = NEW

    refused = portal.manage("serve")
    assert refused.returncode == 1
    assert refused.stderr.startswith("This node has another SECRET_KEY than the others: copy it")
    assert f"The signing key {kid_of(old)} cannot be decrypted." in refused.stderr
    assert "revoke" not in refused.stderr  # where copying heals
    assert refused.stderr.count("\n") == 1

    for words in (("keys", "rotate"), ("keys", "revoke", kid_of(old)), ("roles", "add", "Reader")):
        told = portal.manage(*words)
        assert (told.returncode, told.stderr) == (1, refused.stderr)
    lost = portal.manage("keys", "revoke", kid_of(old), "--secret-key-is-lost")
    assert lost.returncode == 0, lost.stderr
    portal.start()
    assert machine.is_active(machine.token())
    assert not machine.is_active(old)
