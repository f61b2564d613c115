"""A database of a test's own, as in production: on disk or in the server, with real commits.

Deeds run in processes of their own, made by fork, so that they share nothing but the database.
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
LIMIT_S = 30  # for all processes of a test together


@dataclass(frozen=True)
class Outcome:
    """How a process ended: the name of its error, if any; what it returned."""

    error: str
    value: Any


@pytest.fixture
def shop(transactional_db: None) -> Iterator[Tenant]:
    """A tenant in a database to which every transaction is really committed."""
    yield make_tenant()
    connections.close_all()


def at_once(count: int, deed: Callable[[int], Any]) -> list[Outcome]:
    """Run ``deed(0)`` to ``deed(count - 1)``, each in its process, started together."""
    connections.close_all()  # a connection must not be shared with a child
    start = FORK.Barrier(count)
    answers = FORK.SimpleQueue()
    children = [
        FORK.Process(target=_run, args=(deed, number, start, answers)) for number in range(count)
    ]
    for child in children:
        child.start()
    outcomes = [answers.get() for _ in children]
    for child in children:
        child.join(LIMIT_S)
        assert child.exitcode == 0
    return outcomes


def _run(deed: Callable[[int], Any], number: int, start: Any, answers: Any) -> None:
    connection.ensure_connection()
    start.wait(LIMIT_S)
    error, value = "", None
    try:
        value = deed(number)
    except Exception as raised:
        error = type(raised).__name__
    answers.put(Outcome(error, value))
    connections.close_all()


def killed(deed: Callable[[], Any], *, after_s: float | None = None) -> None:
    """Run ``deed`` in a process that kills itself by SIGKILL, or is killed after a while."""
    connections.close_all()
    child = FORK.Process(target=deed)
    child.start()
    if after_s is not None:
        time.sleep(after_s)
        child.kill()
    child.join(LIMIT_S)
    assert child.exitcode == -signal.SIGKILL
    _wait_for_its_end_in_the_server()


def _wait_for_its_end_in_the_server() -> None:
    """Return when PostgreSQL has noticed: a COMMIT sent before the kill may still be on its way."""
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
    """Return how many ended with which error; an empty name is a success."""
    return Counter(outcome.error for outcome in outcomes)
