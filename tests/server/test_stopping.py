"""Stopping workers and the server: by signals, and with a locked database."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import termios
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.outages.stalled import WAYS, stalled
from tests.portal_process import STOP_LIMIT_S, PortalProcess
from tests.sampling import sampled
from tests.server.processes import inherited_sighup, is_running
from tests.waiting import wait_until


@pytest.fixture(scope="module", autouse=True)
def with_worker(prepared: PortalProcess) -> None:
    """The worker stops like the server, which is started as README says."""
    prepared.has_worker = True


@pytest.mark.one_database
@pytest.mark.parametrize("stop", sampled([signal.SIGTERM, signal.SIGINT]))
def test_signal_to_the_process_group_stops_the_server_cleanly(
    running: PortalProcess, stop: int
) -> None:
    said = running.log()

    os.killpg(running.server.pid, stop)

    assert running.server.wait(STOP_LIMIT_S) == 0
    [line] = running.log().removeprefix(said).splitlines()
    assert line.endswith(": The portal has stopped.")


@contextmanager
def locked(portal: PortalProcess) -> Iterator[None]:
    """Prevent all other writes to the portal's tables inside the block."""
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


@pytest.mark.sweep(on="postgresql")
def test_server_stops_in_time_with_a_locked_database(running: PortalProcess) -> None:
    """The counts cannot be written, but granian does not need to kill its workers.

    `manage.py` uses the same database.
    """
    done = running.manage("roles", "add", "MyData.Role")
    assert done.returncode == 0, done.stderr
    found = running.query("SELECT name FROM clients_app_role WHERE name = 'MyData.Role'")
    assert found == [("MyData.Role",)]
    said = running.log()
    with locked(running):
        assert running.stop() == 0

    assert "Killing" not in running.log().removeprefix(said)


@pytest.mark.sweep
@pytest.mark.one_database
def test_server_stops_beside_clients_that_stall(running: PortalProcess) -> None:
    """AVA-9. They have ten seconds, like all requests; granian kills no worker."""
    said = running.log()
    with ExitStack() as stack:
        for sent in WAYS.values():
            stack.enter_context(stalled(running, sent, 3))
        assert running.get("/livez") == 200

        assert running.stop() == 0

    log = running.log().removeprefix(said)
    assert "Killing" not in log
    assert "Traceback" not in log


@pytest.mark.sweep
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("inherited", "stop"),
    [(signal.SIG_DFL, signal.SIGTERM), (signal.SIG_IGN, signal.SIGINT)],  # the latter by nohup
)
def test_sighup_does_not_stop_the_server_but_others_do_with_status_0(
    prepared: PortalProcess, inherited: signal.Handlers, stop: signal.Signals
) -> None:
    with inherited_sighup(inherited):
        prepared.start()
    said, workers = prepared.log(), prepared.workers()

    prepared.server.send_signal(signal.SIGHUP)

    wait_until(lambda: "There are no TLS files to reload." in prepared.log().removeprefix(said))
    assert prepared.answers()

    prepared.server.send_signal(stop)

    assert prepared.server.wait(STOP_LIMIT_S) == 0
    assert "Traceback" not in prepared.log()
    assert len(workers) == 2
    assert not any(is_running(pid) for pid in workers)


@pytest.mark.one_database
def test_server_ends_with_its_terminal(prepared: PortalProcess) -> None:
    terminal, own_end = os.openpty()

    def start_in_terminal() -> None:
        os.dup2(own_end, 0)
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    with (
        inherited_sighup(signal.SIG_DFL),
        prepared.log_file.open("ab") as log,
        subprocess.Popen(
            prepared.command("serve"),
            env=prepared.environment,
            stdout=log,
            stderr=log,
            preexec_fn=start_in_terminal,  # it only makes system calls
            pass_fds=[own_end],
        ) as server,
    ):
        os.close(own_end)
        try:
            wait_until(prepared.answers)
            os.kill(server.pid, signal.SIGHUP)  # the terminal is still there
            wait_until(lambda: "There are no TLS files" in prepared.log())
            assert prepared.answers()

            os.close(terminal)

            assert server.wait(STOP_LIMIT_S) == 0
        finally:
            server.kill()


@pytest.mark.one_database
def test_killed_worker_is_replaced_and_workers_exit_when_the_server_is_killed(
    running: PortalProcess,
) -> None:
    killed = running.workers()[0]

    os.kill(killed, signal.SIGKILL)

    wait_until(lambda: len(set(running.workers()) - {killed}) == 2)
    workers = running.workers()

    running.server.kill()
    running.server.wait(STOP_LIMIT_S)

    wait_until(lambda: not any(is_running(pid) for pid in workers))
    running.start()
    assert running.stop() == 0
