"""Rows that all tests of a module need: made once, and given to each test as they were made.

A transaction around the module holds them; each test runs in a savepoint inside it. In a module of
which a test commits, each test makes its own rows.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

Rows = TypeVar("Rows")
#: what gives a test its copy of rows; None if the test has to make them
Copies = Callable[[], Rows] | None
Share = Callable[[Callable[[], Rows]], Copies[Rows]]


@pytest.fixture(scope="module")
def share(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Share[Any]]:
    """A function that makes rows for the tests of this module; see `Copies` for what it returns."""
    if request.path in _modules_that_commit(request.session):
        yield lambda make: None
        return

    def share(make: Callable[[], Rows]) -> Copies[Rows]:
        has_begun = any(connections[alias].savepoint_ids for alias in connections)
        assert not has_begun, "Ask for it before the test begins, which would take it back."
        with django_db_blocker.unblock():
            return partial(copy.deepcopy, make())

    with django_db_blocker.unblock(), ExitStack() as stack:
        for alias in connections:
            assert not connections[alias].in_atomic_block, "Ask for it before the test begins."
            stack.enter_context(_rolled_back(alias))
        with django_db_blocker.block():
            yield share


@contextmanager
def _rolled_back(alias: str) -> Iterator[None]:
    with transaction.atomic(using=alias):
        yield
        transaction.set_rollback(True, using=alias)


@cache
def _modules_that_commit(session: pytest.Session) -> set[Path]:
    """Return the files with a test that has real transactions."""
    return {item.path for item in session.items if _commits(item)}


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(
        item, "fixturenames", ()
    )
