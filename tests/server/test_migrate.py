"""`manage.py migrate` takes its turn with the starts of nodes."""

import fcntl
import subprocess
from pathlib import Path

import pytest

from clients_app import data_files
from tests.portal_process import COMMAND_LIMIT_S, PortalProcess
from tests.prepared_portal import prepared_portal
from tests.waiting import wait_until

pytestmark = pytest.mark.one_database  # on PostgreSQL it waits by the lock of the start, too


def test_migrate_waits_for_a_node_that_starts(tmp_path: Path) -> None:
    """AVA-18."""
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), SECRET_KEY="a1b2c3d4" * 8)
    lock = portal.data_dir / data_files.START_LOCK
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        command = portal.command("migrate")
        with subprocess.Popen(command, env=portal.environment, stdout=subprocess.PIPE) as migrate:
            files = Path(f"/proc/{migrate.pid}/fd")
            wait_until(lambda: lock in {file.resolve() for file in files.iterdir()})
            assert migrate.poll() is None

            held.close()

            assert b"No migrations to apply" in migrate.communicate(timeout=COMMAND_LIMIT_S)[0]
            assert migrate.returncode == 0
