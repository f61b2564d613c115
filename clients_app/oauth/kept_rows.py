"""Clients that this thread has read, for exactly as long as nothing in the database has changed.

SQLite says whether anything has: ``PRAGMA data_version`` moves with each commit of another
connection, in whichever process, and ``total_changes`` with each row that this connection itself
has written. So what is kept is never older than the last commit: a removal acts on the very next
request, in every worker. PostgreSQL has no such number, so nothing is kept there.

Source: https://www.sqlite.org/pragma.html#pragma_data_version
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

KEPT_MAX: Final = 500  # clients of one thread; two or three kilobytes each


class Row(Protocol):
    """What may be kept; after ``good_until`` it says no longer what the database would."""

    @property
    def good_until(self) -> datetime | None: ...


R = TypeVar("R", bound=Row)


class KeptRows(threading.local):
    """The rows of each thread: versions of two connections cannot be compared."""

    def __init__(self) -> None:
        self._state: tuple[Any, ...] = ()
        self._rows: dict[UUID, Any] = {}

    def get(self, driver: Any, client_id: UUID, *, now: datetime, read: Callable[[], R]) -> R:
        """Return the row of ``client_id``, by ``read`` where none is kept that is good now.

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
            if len(self._rows) >= KEPT_MAX:
                self._rows.clear()
            row = self._rows[client_id] = read()
        return row
