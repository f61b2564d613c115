"""The database backend: deadlines of the client, and a thread that no writer takes."""

import time
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from portal.storage.places import LeavesPlace, Places, TooManyWriters
from portal.storage.postgresql.driver import Connection

USABLE_WITHIN_S: Final = 1.0  # at the start of a request; otherwise the connection is reopened

places: Final = Places()
_Django: Any = base.DatabaseWrapper  # the stubs lack the overridden methods


class _Driver:
    """psycopg, with our connections."""

    connect = staticmethod(Connection.connect)

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(LeavesPlace, _Django):
    """Every transaction takes one of the places of this process."""

    Database = _Driver()
    write_within_s = 5.0  # of waiting for other writers of this process that make progress

    def is_usable(self) -> bool:
        """Return whether the server answers on this connection, and soon."""
        driver = self.connection
        if driver is None:
            return False
        driver.limit_s, limit_s = USABLE_WITHIN_S, driver.limit_s
        try:
            return bool(super().is_usable())
        finally:
            driver.limit_s = limit_s

    def _set_autocommit(self, autocommit: bool) -> None:
        if not autocommit and self.taken is None:
            try:
                places.take(until=time.monotonic() + self.write_within_s)
            except TooManyWriters as error:
                raise OperationalError(str(error)) from error
            self.taken = places
        try:
            super()._set_autocommit(autocommit)
        except BaseException:
            self._leave()
            raise
        if autocommit:
            self._leave()
