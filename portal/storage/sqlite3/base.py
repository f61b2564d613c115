"""The backend: a transaction waits in the queue before it asks SQLite for its one lock."""

import time
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from portal.storage.sqlite3.writers import TooManyWriters, Turn, wait_for_turn

_Django: Any = base.DatabaseWrapper  # its stubs do not know the methods that are overridden


class DatabaseWrapper(_Django):
    """Every transaction of ours is IMMEDIATE: it may write from its first statement on."""

    turn: Turn | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if self.turn is not None or self.is_in_memory_db():
            super()._start_transaction_under_autocommit()
            return
        wait_s = self.settings_dict["OPTIONS"].get("timeout", 5)
        until = time.monotonic() + wait_s
        try:
            self.turn = wait_for_turn(str(self.settings_dict["NAME"]), until=until)
        except (TooManyWriters, OSError) as error:
            raise OperationalError(f"database is locked: {error}") from error
        try:
            self._let_wait(until - time.monotonic())  # for programs outside the queue
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_way()
            raise
        finally:
            self._let_wait(wait_s)

    def _let_wait(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {max(int(seconds * 1000), 1)}")

    def _commit(self) -> Any:
        result = super()._commit()
        self._give_way()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._give_way()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._give_way()

    def _give_way(self) -> None:
        if self.turn is not None:
            self.turn.end()
            self.turn = None
