"""The database backend: a transaction waits in the queue before it takes SQLite's only lock."""

import time
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from portal.storage.places import LeavesPlace, TooManyWriters
from portal.storage.sqlite3.schema import DatabaseSchemaEditor
from portal.storage.sqlite3.writers import wait_for_turn

_Django: Any = base.DatabaseWrapper  # the stubs lack the overridden methods


class DatabaseWrapper(LeavesPlace, _Django):
    """Every transaction is IMMEDIATE: it may write from its first statement on."""

    SchemaEditorClass = DatabaseSchemaEditor
    write_within_s: float | None = None  # instead of the setting

    def _start_transaction_under_autocommit(self) -> None:
        if self.taken is not None or self.is_in_memory_db():
            super()._start_transaction_under_autocommit()
            return
        usual_s = self.settings_dict["OPTIONS"].get("timeout", 5)
        wait_s = self.write_within_s or usual_s
        until = time.monotonic() + wait_s
        try:
            self.taken = wait_for_turn(str(self.settings_dict["NAME"]), until=until)
        except TooManyWriters as error:
            raise OperationalError(f"database is locked: {error}") from error
        except OSError as error:  # its files: the disk is read-only, full or away
            raise OperationalError(f"unable to wait for a turn to write: {error}") from error
        try:
            # SQLite still waits for programs that do not use the queue
            self._set_busy_timeout(until - time.monotonic())
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise
        finally:
            self._set_busy_timeout(usual_s)

    def _set_busy_timeout(self, seconds: float) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {max(int(seconds * 1000), 1)}")

    def _commit(self) -> Any:
        result = super()._commit()
        self._leave()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._leave()
