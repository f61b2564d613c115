"""Those who write to SQLite stand in line: none starves, and one thread stays free (AVA-3)."""

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
from portal.server.listener import THREADS
from portal.storage.sqlite3 import writers
from tests.factories import make_role
from tests.faults.conftest import FORK, at_once, killed
from tests.waiting import wait_until

SELDOM = 10  # writes of the one that writes now and then
MANY = 100  # writes of others before one of its own; without the queue it never gets its turn


def on_sqlite(test: Callable[..., None]) -> Callable[..., None]:
    """Run ``test`` on SQLite; on PostgreSQL see that no queue stands in its way."""
    return test if connection.vendor == "sqlite" else _no_queue


def _no_queue(shop: Tenant) -> None:
    assert not hasattr(connection, "turn")


@contextmanager
def locked_by_another_program() -> Iterator[None]:
    """Hold SQLite's write lock, as the sqlite3 shell does after BEGIN IMMEDIATE."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def in_threads(count: int, deed: Callable[[int], Any]) -> list[threading.Thread]:
    """Start ``deed(0)`` to ``deed(count - 1)``, each in a thread with a connection of its own."""

    def run(number: int) -> None:
        try:
            deed(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_one_thread_of_a_worker_is_never_asked_to_wait() -> None:
    assert writers.PLACES == THREADS - 1


@on_sqlite
def test_who_writes_all_the_time_does_not_keep_others_from_it(shop: Tenant) -> None:
    """Three processes write without a pause; the fourth writes now and then, and not many others
    come before it. Each write is an event of the tenant's chain, which numbers them."""
    done = FORK.Event()

    def written() -> int:
        return AuditEvent.objects.filter(tenant_id=shop.pk).count()

    def more_than(count: int) -> bool:
        return written() > count

    def hot(number: int) -> int:
        for count in itertools.count():
            if done.is_set():
                return 0
            make_role(f"Role {number} {count}", shop)
        raise AssertionError

    def seldom() -> int:
        most = 0
        try:
            for count in range(SELDOM):
                before = written()
                role = make_role(f"Seldom {count}", shop)
                mine = AuditEvent.objects.get(tenant_id=shop.pk, object_id=str(role.pk))
                most = max(most, mine.sequence - before)
                wait_until(partial(more_than, mine.sequence + 10))
        finally:
            done.set()
        return most

    outcomes = at_once(4, lambda number: hot(number) if number else seldom())

    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert max(outcome.value for outcome in outcomes) < MANY


@on_sqlite
def test_while_the_database_is_locked_readers_read_and_the_last_thread_waits_briefly(
    shop: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**connection.settings_dict["OPTIONS"], "timeout": 3}  # instead of 5
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    ended: list[str] = []
    statements: list[str] = []

    def write(number: int) -> None:
        connection.ensure_connection()
        connection.connection.set_trace_callback(statements.append)
        try:
            make_role(f"Role {number}", shop)
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
    make_role("Afterwards", shop)


@on_sqlite
def test_the_last_thread_waits_on_while_the_others_come_on(
    shop: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads, each of which writes for longer than half of what the last one waits."""
    monkeypatch.setattr(writers, "PLACE_WAIT_S", 2)  # on a busy machine half a second is short
    options = {**connection.settings_dict["OPTIONS"], "timeout": 30}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    ended: list[str] = []

    def write(number: int) -> None:
        with transaction.atomic():
            make_role(f"Role {number}", shop)
            time.sleep(0.6 * writers.PLACE_WAIT_S)
        ended.append(f"Role {number}")

    for thread in in_threads(4, write):
        thread.join()

    assert sorted(ended) == [f"Role {number}" for number in range(4)]


@on_sqlite
def test_who_is_killed_while_writing_gives_way(shop: Tenant) -> None:
    def die() -> None:
        with transaction.atomic():
            make_role("Half", shop)
            os.kill(os.getpid(), signal.SIGKILL)

    killed(die)

    make_role("Whole", shop)  # a lock that is held still would be an OperationalError
    assert not Role.objects.filter(name="Half").exists()
