"""Stopping: by signals, with a locked database, of workers and of the server."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg import sql

from portal.server.listener import GRACE_S
from tests.portal_process import (
    STOP_LIMIT_S,
    PortalProcess,
)


def test_manage_py_finds_the_same_database(running: PortalProcess) -> None:
    done = running.manage("roles", "add", "MyData.Role")

    assert done.returncode == 0, done.stderr
    found = running.query("SELECT name FROM clients_app_role WHERE name = 'MyData.Role'")
    assert found == [("MyData.Role",)]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_status_0(running: PortalProcess, stop: int) -> None:
    workers = running.workers()

    running.server.send_signal(stop)

    assert running.server.wait(STOP_LIMIT_S) == 0
    assert "Traceback" not in running.log()
    assert len(workers) == 2
    assert not any(is_running(pid) for pid in workers)


@pytest.mark.one_database
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_ends_it_as_cleanly(running: PortalProcess, stop: int) -> None:
    said = running.log()

    os.killpg(running.server.pid, stop)

    assert running.server.wait(STOP_LIMIT_S) == 0
    [line] = running.log().removeprefix(said).splitlines()
    assert line.endswith(": The portal has stopped.")


@contextmanager
def locked(portal: PortalProcess) -> Iterator[None]:
    """Let nobody else write to any table of ours meanwhile."""
    if portal.database_url:
        with psycopg.connect(portal.database_url) as other:
            tables = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'clients_app_%'"
            for (name,) in other.execute(tables).fetchall():
                lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
                other.execute(lock.format(sql.Identifier(name)))
            yield
    else:
        file = portal.data_dir / "portal.sqlite3"
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


def test_it_ends_in_time_though_the_database_is_locked(running: PortalProcess) -> None:
    """What was counted cannot be written; granian need not kill its workers for it."""
    said = running.log()
    with locked(running):
        start = time.monotonic()

        assert running.stop() == 0

    assert time.monotonic() - start < GRACE_S
    assert "Killing" not in running.log().removeprefix(said)


@pytest.mark.one_database
def test_nohup_keeps_it_running(prepared: PortalProcess) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        prepared.start()
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    prepared.server.send_signal(signal.SIGHUP)
    time.sleep(1.5)

    assert prepared.server.poll() is None
    assert prepared.answers()
    assert prepared.stop() == 0


def test_workers_do_not_outlive_a_killed_server(running: PortalProcess) -> None:
    workers = running.workers()

    running.server.kill()
    running.server.wait(STOP_LIMIT_S)

    limit = time.monotonic() + 10
    while any(is_running(pid) for pid in workers) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not any(is_running(pid) for pid in workers)
    running.start()


def test_a_worker_that_dies_is_replaced(running: PortalProcess) -> None:
    workers = running.workers()

    os.kill(workers[0], signal.SIGKILL)

    limit = time.monotonic() + 10
    while len(set(running.workers()) - {workers[0]}) < 2 and time.monotonic() < limit:
        time.sleep(0.05)
    assert len(set(running.workers()) - {workers[0]}) == 2
    assert running.stop() == 0


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")
