"""The log of a worker while its database is away: one format (LOG-2)."""

import json
import secrets
import signal
import subprocess
from pathlib import Path

import pytest

from tests.background import running_process
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal

AWAY = "postgres://portal@127.0.0.1:9/portal"  # the discard port: nothing listens
KEY = secrets.token_urlsafe(64)


@pytest.mark.one_database
def test_worker_waits_for_its_database_and_logs_only_json(tmp_path: Path) -> None:
    portal = PortalProcess(
        tmp_path / "var",
        like=prepared_portal(),
        database_url=AWAY,
        LOG_FORMAT="json",
        SECRET_KEY=KEY,
    )
    with running_process(
        portal.command("worker"), env=portal.environment, stderr=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stderr is not None
        said = [json.loads(worker.stderr.readline()) for _ in range(2)]
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()

    assert all("The worker waits for the database" in one["message"] for one in said)
    assert [json.loads(line)["level"] for line in rest.splitlines()] == ["ERROR"] * rest.count("\n")
    assert worker.returncode == 0


@pytest.mark.one_database
@pytest.mark.parametrize("command", [("worker", "--once"), ("serve",)])
def test_server_that_cannot_start_says_so_in_the_format_of_the_log(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), database_url=AWAY)

    ended = portal.manage(*command, LOG_FORMAT="json", SECRET_KEY=KEY)

    assert ended.returncode == 1
    [said] = [json.loads(line) for line in ended.stderr.splitlines()]
    assert (said["level"], said["logger"]) == ("CRITICAL", "clients_app.server")
    assert said["message"].startswith("The database cannot be used")
