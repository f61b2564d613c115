"""The worker: it sends notices, is restarted when it dies, and stops with the server."""

import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.background import running_process
from tests.portal_process import STOP_LIMIT_S, PortalProcess
from tests.prepared_portal import prepared_portal
from tests.server.processes import is_running
from tests.server.started_portals import zone_where_it_is_noon
from tests.sinks import MailSink, mail_sink
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database  # tests of notices run on both


@pytest.fixture
def mails() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def portal(tmp_path: Path, mails: MailSink) -> Iterator[PortalProcess]:
    """A portal that mails at any hour, not started, whose administrator has a secret that ends
    today."""
    zone = zone_where_it_is_noon()
    portal = PortalProcess(
        tmp_path / "var",
        like=prepared_portal(),
        MAIL_URL=f"smtp://127.0.0.1:{mails.port}",
        NOTICE_HOUR="0",
        TIME_ZONE=zone,
    )
    soon = f"{datetime.now(ZoneInfo(zone)) + timedelta(hours=6):%Y-%m-%d %H:%M}"
    role, address = "Tenant Administrator", "ines@herons.example"
    portal.environment["SECRET_KEY"] = secrets.token_urlsafe(50)
    for words in (
        ("tenants", "add", "Herons Ltd"),
        ("people", "add", "ines", "--email", address, "--role", role),
        ("clients", "add", "Pumps", "--expires", soon),
    ):
        done = portal.manage(*words)
        assert done.returncode == 0, done.stderr
    yield portal
    portal.__exit__()


@pytest.fixture
def nodes(portal: PortalProcess) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The workers of two more nodes on the same database, already running."""
    words = portal.command("worker", "--until-closed")
    beside = [
        subprocess.Popen(words, env=portal.environment, stdin=subprocess.PIPE) for _ in range(2)
    ]
    yield beside
    for node in beside:
        node.kill()
        node.communicate()


def test_worker_sends_is_restarted_and_stops_with_the_server(
    portal: PortalProcess, mails: MailSink, nodes: list[subprocess.Popen[bytes]]
) -> None:
    portal.start()
    wait_until(lambda: deliveries_of(portal) == [("sent", 1)])  # a killed one would leave it behind
    assert mails.received[0]["To"] == "ines@herons.example"
    wait_until(portal.companions)
    (first,) = portal.companions()

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: set(portal.companions()) - {first})
    (second,) = portal.companions()
    processes = [second, *portal.workers()]
    portal.server.kill()
    portal.server.wait(STOP_LIMIT_S)
    wait_until(lambda: not any(map(is_running, processes)))

    portal.start()
    wait_until(portal.companions)
    (third,) = portal.companions()
    assert portal.stop() == 0
    assert not is_running(third)
    assert [node.poll() for node in nodes] == [None, None]
    assert len(mails.received) == 1  # once, although five workers checked
    assert deliveries_of(portal) == [("sent", 1)]


@pytest.mark.sweep
def test_server_without_a_worker_starts_none_and_stops(portal: PortalProcess) -> None:
    portal.server = subprocess.Popen(
        portal.command("serve", "--without-worker"), env=portal.environment
    )
    wait_until(portal.answers)

    assert portal.companions() == []
    assert portal.stop() == 0


@pytest.mark.sweep
def test_worker_by_itself_sends_audit_events_of_other_nodes(
    portal: PortalProcess, tmp_path: Path
) -> None:
    """AUD-4: in a container of its own, it makes DATA_DIR, and its standard output is free."""
    own, file = tmp_path / "own", portal.data_dir / "portal.sqlite3"
    settings = {"DATA_DIR": str(own), "DATABASE_URL": f"sqlite:///{file}", "AUDIT_STREAM": "stdout"}
    command, environment = portal.command("worker"), portal.environment | settings
    with running_process(command, env=environment, stdout=subprocess.PIPE) as worker:
        wait_until((own / "audit-stream.json").exists)
        assert portal.run("tenants", "add", "Otters Ltd").returncode == 0

        event = json.loads(worker.stdout.readline())

        worker.terminate()
    assert event["stream"] == "audit"
    assert own.stat().st_mode & 0o777 == 0o700


def deliveries_of(portal: PortalProcess) -> list[tuple[str, int]]:
    """Return the state and attempts of each delivery."""
    return portal.query("SELECT state, attempts FROM clients_app_delivery")
