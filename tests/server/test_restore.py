"""A rehearsal: back up, lose the database, restore, and read what it forgot (AVA-7)."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.backups import done, empty_portal, portal_with_tables, without_database
from tests.portal_process import PortalProcess


class Machine:
    """A client that knows its id and secret."""

    def __init__(self, printed: str) -> None:
        known = json.loads(printed)
        self.pair = (known["client_id"], known["client_secret"])
        self.id, self.secret_id = known["client_id"], known["secret_id"]

    def response(self, portal: PortalProcess) -> requests.Response:
        body = {"grant_type": "client_credentials"}
        url = f"{portal.url}/identity/connect/token"
        return requests.post(url, body, auth=self.pair, timeout=30)

    def is_active(self, portal: PortalProcess, token: str) -> bool:
        url = f"{portal.url}/identity/connect/introspect"
        answer = requests.post(url, {"token": token}, auth=self.pair, timeout=30)
        return bool(answer.json()["active"])


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    stream = tmp_path / "events.jsonl"
    with portal_with_tables(tmp_path / "var", AUDIT_STREAM=str(stream)) as running:
        yield running


def kids(portal: PortalProcess) -> list[str]:
    url = f"{portal.url}/identity/.well-known/openid-configuration/jwks"
    return [key["kid"] for key in requests.get(url, timeout=30).json()["keys"]]


@pytest.mark.sweep
def test_restore_brings_back_what_was_and_lists_what_happened_since(
    portal: PortalProcess, tmp_path: Path
) -> None:
    kept, gone = (
        Machine(done(portal, "clients", "add", name, "--json")) for name in ("Kept", "Gone")
    )
    token = kept.response(portal).json()["access_token"]
    compromised = kids(portal)
    backup = tmp_path / "backup.age"
    taken = done(portal, "backup", backup, "--json")
    done(portal, "secrets", "remove", gone.id, gone.secret_id, "--confirm-last")
    done(portal, "keys", "revoke", *compromised)
    done(portal, "clients", "add", "Unknown")
    assert gone.response(portal).status_code == 401
    portal.stop()

    with closing(without_database(portal)) as again:
        said = [json.loads(line) for line in _restored(again, backup)]
        again.start()

        assert json.loads(taken)["Chains"][0]["Number"] > 0
        assert said[0]["KeysOut"] == compromised
        assert [*said[0]["Chains"].values()] == [None]
        assert kept.response(again).status_code == 200
        assert not set(compromised) & set(kids(again))
        assert not kept.is_active(again, token)  # it may have been revoked since the backup
        events = {(one.get("Action"), one.get("WorksAgain")) for one in said[1:]}
        assert events == {
            ("client.secret.removed", True),
            ("client.added", False),
            ("client.secret.added", False),
        }
        _do_again(again, said, gone)
        assert "whole" in done(again, "activity", "verify")
        _chain_says(again)


def _restored(portal: PortalProcess, backup: Path) -> list[str]:
    return done(portal, "restore", backup, "--json").splitlines()


def _do_again(portal: PortalProcess, said: list[dict[str, Any]], gone: Machine) -> None:
    """Run the commands that the restore printed."""
    commands = [one["Command"] for one in said[1:] if one["Command"]]
    assert commands == [f"secrets remove {gone.id} {gone.secret_id} --confirm-last"]
    assert gone.response(portal).status_code == 200  # as it was at the moment of the backup
    done(portal, *commands[0].split())
    assert gone.response(portal).status_code == 401


def _chain_says(portal: PortalProcess) -> None:
    """The restore is an event, which names those that are missing, and the collector gets it."""
    listed = done(portal, "activity", "list", "--action", "installation.restored", "--json")
    shown = done(portal, "activity", "show", json.loads(listed)["Number"])
    assert "Backup of" in shown
    assert "Events that are missing since" in shown
    stream = Path(portal.environment["AUDIT_STREAM"]).read_text().splitlines()
    assert "installation.restored" in {json.loads(line)["action"] for line in stream}


@pytest.mark.sweep
@pytest.mark.one_database
def test_restore_on_a_new_machine_counts_what_it_cannot_know(tmp_path: Path) -> None:
    portal = portal_with_tables(tmp_path / "var")
    done(portal, "tenants", "add", "Herons Ltd")
    done(portal, "backup", tmp_path / "backup.age")
    done(portal, "clients", "add", "Later")
    for machine, sentence in (
        (empty_portal(tmp_path / "new"), "No event after the backup is known here."),
        (without_database(portal), "at least 2 events after the backup are not known here"),
    ):
        assert sentence in done(machine, "restore", tmp_path / "backup.age")
        assert "whole" in done(machine, "activity", "verify")
        machine.close()
    portal.close()
