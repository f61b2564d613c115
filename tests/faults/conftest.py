"""A database for one test, as in production: on disk or in a server, with real commits.

Operations run in forked processes, which share only the database.
"""

import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, connections

from clients_app.models import Tenant
from tests.factories import make_tenant

FORK = multiprocessing.get_context("fork")
LIMIT_S = 30  # for all processes of a test


@dataclass(frozen=True)
class Outcome:
    """The result of a process: the name of its error, if any, and its return value."""

    error: str
    value: Any


@pytest.fixture
def committed_tenant(transactional_db: None) -> Iterator[Tenant]:
    """A tenant in a database that commits every transaction."""
    yield make_tenant()
    connections.close_all()


def run_concurrently(count: int, operation: Callable[[int], Any]) -> list[Outcome]:
    """Run ``operation(0)`` to ``operation(count - 1)`` concurrently, each in its own process."""
    connections.close_all()  # a child must not share a connection
    start = FORK.Barrier(count)
    answers = FORK.SimpleQueue()
    children = [
        FORK.Process(target=_run, args=(operation, number, start, answers))
        for number in range(count)
    ]
    for child in children:
        child.start()
    outcomes = [answers.get() for _ in children]
    for child in children:
        child.join(LIMIT_S)
        assert child.exitcode == 0
    return outcomes


def _run(operation: Callable[[int], Any], number: int, start: Any, answers: Any) -> None:
    connection.ensure_connection()
    start.wait(LIMIT_S)
    error, value = "", None
    try:
        value = operation(number)
    except Exception as raised:
        error = type(raised).__name__
    answers.put(Outcome(error, value))
    connections.close_all()


def run_until_killed(
    operation: Callable[[], Any], *, wait: Callable[[], object] | None = None
) -> None:
    """Run ``operation`` in a process that kills itself, or is killed when ``wait`` returns."""
    connections.close_all()
    child = FORK.Process(target=operation)
    child.start()
    if wait is not None:
        wait()
        child.kill()
    child.join(LIMIT_S)
    assert child.exitcode == -signal.SIGKILL
    _wait_until_the_server_disconnects()


def _wait_until_the_server_disconnects() -> None:
    """Wait until PostgreSQL has noticed: it may still receive a COMMIT sent before the kill."""
    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND "
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    limit = time.monotonic() + LIMIT_S
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute(others + mine)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.005)
    raise AssertionError("PostgreSQL still serves a process that was killed.")


def errors(outcomes: list[Outcome]) -> Counter[str]:
    """Return how often each error occurred; an empty name is a success."""
    return Counter(outcome.error for outcome in outcomes)
