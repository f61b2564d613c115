"""Writers to SQLite queue: none starves, and one thread stays free (AVA-3)."""

import itertools
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from clients_app.models import AuditEvent, Role, Tenant
from portal.server.request_threads import THREADS
from portal.storage import places
from tests.factories import make_role
from tests.faults.conftest import FORK, run_concurrently, run_until_killed
from tests.waiting import wait_until

RARE_WRITES = 10  # writes of the process that writes rarely
MOST_WRITES_BEFORE = 100  # by others before one of its own; without the queue it starves


def on_sqlite(test: Callable[..., None]) -> Callable[..., None]:
    """Run ``test`` on SQLite; on PostgreSQL only check that there is no queue."""
    return test if connection.vendor == "sqlite" else _no_queue


def _no_queue(committed_tenant: Tenant) -> None:
    assert not hasattr(connection, "turn")


@contextmanager
def locked_by_another_program() -> Iterator[None]:
    """Hold SQLite's write lock, like the sqlite3 shell after BEGIN IMMEDIATE."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def in_threads(count: int, operation: Callable[[int], Any]) -> list[threading.Thread]:
    """Start ``operation(0)`` to ``operation(count - 1)``, each in its own thread and connection."""

    def run(number: int) -> None:
        try:
            operation(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_queue_leaves_one_thread_of_a_worker_free() -> None:
    assert places.PLACES == THREADS - 1


@on_sqlite
def test_busy_writers_do_not_starve_a_rare_one(committed_tenant: Tenant) -> None:
    """Three processes write without a pause; the fourth writes rarely, and few other writes
    come before each of its own. The events of the tenant's chain number the writes."""
    done = FORK.Event()

    def written() -> int:
        return AuditEvent.objects.filter(tenant_id=committed_tenant.pk).count()

    def more_than(count: int) -> bool:
        return written() > count

    def hot(number: int) -> int:
        for count in itertools.count():
            if done.is_set():
                return 0
            make_role(f"Role {number} {count}", committed_tenant)
        raise AssertionError

    def write_rarely() -> int:
        most = 0
        try:
            for count in range(RARE_WRITES):
                before = written()
                role = make_role(f"Rare {count}", committed_tenant)
                mine = AuditEvent.objects.get(tenant_id=committed_tenant.pk, object_id=str(role.pk))
                most = max(most, mine.sequence - before)
                wait_until(partial(more_than, mine.sequence + 10))
        finally:
            done.set()
        return most

    outcomes = run_concurrently(4, lambda number: hot(number) if number else write_rarely())

    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert max(outcome.value for outcome in outcomes) < MOST_WRITES_BEFORE


@on_sqlite
def test_locked_database_can_be_read_and_the_last_thread_waits_briefly(
    committed_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**connection.settings_dict["OPTIONS"], "timeout": 3}  # instead of 5
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    ended: list[str] = []
    statements: list[str] = []

    def write(number: int) -> None:
        connection.ensure_connection()
        connection.connection.set_trace_callback(statements.append)
        try:
            make_role(f"Role {number}", committed_tenant)
        except OperationalError as error:
            ended.append(str(error))

    with locked_by_another_program():
        threads = in_threads(THREADS, write)
        wait_until(lambda: ended)
        assert Tenant.objects.count() == 1
        for thread in threads:
            thread.join()

    assert ended == ["database is locked: too many wait to write", "database is locked"]
    waits_ms = [int(one.split()[-1]) for one in statements if "busy_timeout" in one]
    assert waits_ms
    assert max(waits_ms) <= 3000  # in the queue and for SQLite together
    assert not Role.objects.filter(name__startswith="Role ").exists()
    make_role("Afterwards", committed_tenant)


@on_sqlite
def test_last_thread_keeps_waiting_while_the_queue_moves(
    committed_tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads; three write for longer than the last one would wait for one of them."""
    monkeypatch.setattr(places, "PLACE_WAIT_S", 4)  # half a second is too short on a busy machine
    options = {**connection.settings_dict["OPTIONS"], "timeout": 30}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    ended: list[str] = []

    def write(number: int) -> None:
        with transaction.atomic():
            make_role(f"Role {number}", committed_tenant)
            time.sleep(0.4 * places.PLACE_WAIT_S)
        ended.append(f"Role {number}")

    for thread in in_threads(4, write):
        thread.join()

    assert sorted(ended) == [f"Role {number}" for number in range(4)]


@on_sqlite
def test_killed_writer_releases_the_lock(committed_tenant: Tenant) -> None:
    def die() -> None:
        with transaction.atomic():
            make_role("Half", committed_tenant)
            os.kill(os.getpid(), signal.SIGKILL)

    run_until_killed(die)

    make_role("Whole", committed_tenant)  # a lock that is still held would raise OperationalError
    assert not Role.objects.filter(name="Half").exists()
