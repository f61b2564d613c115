"""Those who write to SQLite stand in line: none starves, and one thread stays free (bar 90)."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from clients_app.models import Role, Tenant
from portal.server.listener import THREADS
from portal.storage.sqlite3 import writers
from tests.factories import make_role
from tests.faults.conftest import at_once, killed

BUSY_S = 1.5


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
    """Three processes of four threads write without a pause; the fourth process writes now and
    then, and never waits long."""

    def hot(number: int) -> float:
        until = time.monotonic() + BUSY_S

        def write(thread: int) -> None:
            count = 0
            while time.monotonic() < until:
                make_role(f"Role {number} {thread} {(count := count + 1)}", shop)

        for thread in in_threads(writers.PLACES, write):
            thread.join()
        return 0

    def seldom(number: int) -> float:
        longest, until = 0.0, time.monotonic() + BUSY_S
        while time.monotonic() < until:
            start = time.monotonic()
            make_role(f"Seldom {start}", shop)
            longest = max(longest, time.monotonic() - start)
            time.sleep(0.05)
        return longest

    outcomes = at_once(4, lambda number: hot(number) if number else seldom(number))

    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert max(outcome.value for outcome in outcomes) < 1
    assert Role.objects.filter(name__startswith="Seldom").count() > 3


@on_sqlite
def test_while_the_database_is_locked_readers_read_and_the_last_thread_waits_briefly(
    shop: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {**connection.settings_dict["OPTIONS"], "timeout": 1.5}  # instead of 5
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    ended: list[tuple[float, str]] = []
    began = time.monotonic()

    def write(number: int) -> None:
        try:
            make_role(f"Role {number}", shop)
        except OperationalError as error:
            ended.append((time.monotonic() - began, str(error)))

    with locked_by_another_program():
        threads = in_threads(THREADS, write)
        time.sleep(writers.PLACE_WAIT_S + 0.2)
        assert Tenant.objects.count() == 1
        first = list(ended)
        for thread in threads:
            thread.join()

    assert [reason for _, reason in first] == ["database is locked: too many wait to write"]
    assert len(ended) == THREADS
    assert all(waited < 3 for waited, _ in ended)  # in the queue and for SQLite together
    assert not Role.objects.filter(name__startswith="Role ").exists()
    make_role("Afterwards", shop)


@on_sqlite
def test_the_last_thread_waits_on_while_the_others_come_on(shop: Tenant) -> None:
    """Four threads, each of which writes for longer than half of what the last one waits."""
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

    start = time.monotonic()
    make_role("Whole", shop)
    assert time.monotonic() - start < 1
    assert not Role.objects.filter(name="Half").exists()
