"""Client secrets in a portal that starts again, and under another SECRET_KEY: SEC-4, SEC-5."""

import json
import secrets

import pytest
import requests

from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database

SPOIL = """
from clients_app.models import ClientSecret
from clients_app.services.secrets import digests
ClientSecret.objects.update(digest=digests.hasher.hash("another secret"))
"""


@pytest.fixture(scope="module")
def pairs(prepared: PortalProcess) -> list[tuple[str, str]]:
    """Ids and secrets of clients whose digests are spoiled: Argon2id would refuse them."""
    names = [f"Pump {number}" for number in range(3)]
    added = [prepared.manage("clients", "add", name, "--json").stdout for name in names]
    spoiled = prepared.manage("shell", "--verbosity=0", f"--command={SPOIL}")
    assert spoiled.returncode == 0, spoiled.stderr
    return [(one["client_id"], one["client_secret"]) for one in map(json.loads, added)]


def statuses(portal: PortalProcess, pairs: list[tuple[str, str]]) -> list[int]:
    """Return the statuses of token requests, each on a connection of its own."""
    body = {"grant_type": "client_credentials"}
    url = f"{portal.url}/identity/connect/token"
    return [requests.post(url, body, auth=pair, timeout=30).status_code for pair in pairs]


@pytest.mark.sweep
def test_restarted_portal_never_needs_argon2_also_under_another_secret_key(
    pairs: list[tuple[str, str]], running: PortalProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operations, "Change the SECRET_KEY"; ``running`` starts after the secrets were added."""
    assert statuses(running, pairs * 5) == [200] * 15
    former = (running.data_dir / "secret_key").read_text().strip()
    running.stop()
    monkeypatch.setitem(running.environment, "SECRET_KEY", secrets.token_urlsafe(60))
    monkeypatch.setitem(running.environment, "SECRET_KEY_FALLBACKS", former)
    running.start()
    assert statuses(running, pairs) == [200] * 3
    reencrypted = running.manage("keys", "reencrypt")
    assert reencrypted.returncode == 0, reencrypted.stderr
    running.stop()  # writes what was renewed
    monkeypatch.delitem(running.environment, "SECRET_KEY_FALLBACKS")

    running.start()

    assert statuses(running, pairs) == [200] * 3
    left = running.manage("keys", "reencrypt").stdout
    assert "Client secrets under a former key: 0;" in left
    assert "Client secrets under a lost key: 0;" in left
