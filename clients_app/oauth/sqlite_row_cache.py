"""Clients that this thread has read, kept until anything in the database changes.

``PRAGMA data_version`` of SQLite changes with each commit of another connection, in any process;
``total_changes`` counts the rows that this connection has written. So a cached row is never older
than the last commit: a removal takes effect on the very next request, in every worker. PostgreSQL
has no such number, so nothing is cached there.

Reading the version takes 4 us; the query with its objects takes 16 us or more.
Source: https://www.sqlite.org/pragma.html#pragma_data_version
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

CHARACTERS_MAX: Final = 4_000_000  # of the rows of one thread
CLIENT_SIZE: Final = 8_000  # so at most 500 clients; each takes two or three kilobytes


class SqliteRowCache(threading.local):
    """The rows of each thread: versions of two connections cannot be compared."""

    def __init__(self) -> None:
        self._version: tuple[Any, ...] = ()
        self._rows: dict[UUID, Any] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self._rows)

    def get(
        self,
        driver: Any,
        client_id: UUID,
        *,
        now: datetime,
        read: Callable[[Any, UUID, datetime], Any],
    ) -> Any:
        """Return the row of ``client_id``, or the result of ``read`` if no cached one is valid now.

        ``driver`` is a connection of sqlite3. Errors: those of ``driver`` and ``read``.
        """
        if driver.in_transaction:  # it may be rolled back
            return read(driver, client_id, now)
        data_version = driver.execute("PRAGMA data_version").fetchone()  # before the rows
        version = (data_version, driver.total_changes, driver)
        if version != self._version:
            self._clear()
            self._version = version
        row = self._rows.get(client_id)
        if row is None or (row.valid_until is not None and row.valid_until <= now):
            row = read(driver, client_id, now)
            self.add_size(CLIENT_SIZE)
            self._rows[client_id] = row
        return row

    def add_size(self, characters: int) -> None:
        """Note that a row takes more; all of them are given up when they would take too much."""
        if self._size + characters > CHARACTERS_MAX:
            self._clear()
        self._size += characters

    def _clear(self) -> None:
        self._rows.clear()
        self._size = 0
