"""`manage.py migrate` takes its turn with the starts of nodes."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clients_app import data_files
from tests.background import running_process
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
        with running_process(command, env=portal.environment, stdout=subprocess.PIPE) as migrate:
            wait_until(lambda: str(lock) in open_files(migrate.pid))
            assert migrate.poll() is None

            held.close()

            assert b"No migrations to apply" in migrate.communicate(timeout=COMMAND_LIMIT_S)[0]
            assert migrate.returncode == 0


def open_files(pid: int) -> Iterator[str]:
    """Yield the files that a process has open."""
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since they were listed
            yield os.readlink(file)
