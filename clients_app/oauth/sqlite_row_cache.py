"""Clients that this thread has read, kept exactly as long as nothing in the database changes.

``PRAGMA data_version`` of SQLite moves with each commit of another connection, in whichever
process, and ``total_changes`` with each row that this connection itself has written. So a cached
row is never older than the last commit: a removal takes effect on the very next request, in every
worker. PostgreSQL has no such number, so nothing is cached there.

Asking for the version takes 4 us, the query and what is made of its rows 16 us or more.
``tests/oauth/test_sqlite_row_cache.py`` counts the queries that are saved.

Source: https://www.sqlite.org/pragma.html#pragma_data_version
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

CACHED_MAX: Final = 500  # clients of one thread; two or three kilobytes each


class Row(Protocol):
    """What can be cached: from ``good_until`` on the database would say something else."""

    @property
    def good_until(self) -> datetime | None: ...


R = TypeVar("R", bound=Row)


class SqliteRowCache(threading.local, Generic[R]):
    """The rows of each thread: versions of two connections cannot be compared."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()
        self._rows: dict[UUID, R] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, driver: Any, client_id: UUID, *, now: datetime, read: Callable[[], R]) -> R:
        """Return the row of ``client_id``, by ``read`` where the cache has none that is good now.

        Errors: those of ``driver``, which is a connection of sqlite3, and of ``read``.
        """
        if driver.in_transaction:  # what is read now may yet be rolled back
            return read()
        [version] = driver.execute("PRAGMA data_version").fetchone()  # before the rows are read
        state = (version, driver.total_changes, driver)
        if state != self._state:
            self._rows.clear()
            self._state = state
        row = self._rows.get(client_id)
        if row is None or (row.good_until is not None and row.good_until <= now):
            if len(self._rows) >= CACHED_MAX:
                self._rows.clear()
            row = self._rows[client_id] = read()
        return row
