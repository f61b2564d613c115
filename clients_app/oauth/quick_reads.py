"""Reads rows by hand through the driver's own cursor, for the token endpoint.

On SQLite a thread keeps what it has read until the database changes; on PostgreSQL the statements
are prepared.
"""

import sys
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from clients_app.oauth.sqlite_row_cache import SqliteRowCache

Row = tuple[Any, ...]
#: runs a statement with moments and ids as values
Ask = Callable[..., Iterable[Row]]
T = TypeVar("T")

#: On PostgreSQL; then the connection is taken for broken. A query takes less than a millisecond.
READ_WITHIN_S: Final = 0.8
_local: Final = threading.local()


def quick_read(
    client_id: UUID,
    *,
    now: datetime,
    read: Callable[[UUID, Ask, datetime], T],
    cached: SqliteRowCache | None = None,
    on_postgresql: Callable[[UUID, Ask, datetime], T] | None = None,
) -> T:
    """Return what ``read`` reads of the client, or what ``cached``, if any, has of it on SQLite.

    ``on_postgresql`` reads the same there, in place of ``read``. A connection that broke since its
    last use is reopened once.
    Errors: django.db.Error if the database does not answer.
    """
    connection = _connection_of_this_thread()
    if on_postgresql is not None and connection.vendor == "postgresql":
        read = on_postgresql
    try:
        return _read(connection, client_id, now, cached, read)
    except DatabaseError:
        was_broken = not connection.is_usable()
        connection.close()
        if not was_broken:
            raise
    return _read(connection, client_id, now, cached, read)


def _connection_of_this_thread() -> BaseDatabaseWrapper:
    """Return Django's connection; Django's own lookup takes as long as the query."""
    try:
        connection: BaseDatabaseWrapper = _local.connection
    except AttributeError:
        connection = _local.connection = connections[DEFAULT_DB_ALIAS]
    return connection


def _read(
    connection: BaseDatabaseWrapper,
    client_id: UUID,
    now: datetime,
    cached: SqliteRowCache | None,
    read: Callable[[UUID, Ask, datetime], T],
) -> T:
    if connection.connection is None:
        connection.ensure_connection()
    driver: Any = connection.connection
    psycopg_or_sqlite: Any = connection.Database  # type: ignore[attr-defined]  # the stubs lack it
    try:
        if connection.vendor == "postgresql":
            return _from_postgresql(psycopg_or_sqlite, driver, client_id, now, read)
        if cached is None:
            return read(client_id, _asks_sqlite(driver), now)
        found: T = cached.get(
            driver,
            client_id,
            now=now,
            read=lambda driver, client_id, now: read(client_id, _asks_sqlite(driver), now),
        )
        return found
    except psycopg_or_sqlite.Error:
        with connection.wrap_database_errors:  # only here: it takes a third of the query's time
            raise


def _asks_sqlite(driver: Any) -> Ask:
    def ask(query: str, *values: datetime | UUID) -> Iterable[Row]:
        rows: Iterable[Row] = driver.execute(_for_sqlite(query), [*map(_stored, values)])
        return rows

    return ask


def _from_postgresql(
    psycopg: Any,
    driver: Any,
    client_id: UUID,
    now: datetime,
    read: Callable[[UUID, Ask, datetime], T],
) -> T:
    """Use a prepared statement: planning such a query takes ten times as long as running it."""
    driver.prepare_threshold = sys.maxsize  # prepare no other statements

    def ask(query: str, *values: datetime | UUID) -> Iterable[Row]:
        rows: Iterable[Row] = psycopg.Cursor(driver).execute(query, values, prepare=True).fetchall()
        return rows

    driver.limit_s, limit_s = READ_WITHIN_S, driver.limit_s
    try:
        return read(client_id, ask, now)
    finally:
        driver.limit_s = limit_s


@cache
def _for_sqlite(query: str) -> str:
    return query.replace("%s", "?").replace("string_agg", "group_concat")


def _stored(value: datetime | UUID) -> str:
    """Return an id or a moment as Django stores it in SQLite."""
    return value.hex if isinstance(value, UUID) else value.replace(tzinfo=None).isoformat(" ")


def aware(stored: datetime | None) -> datetime | None:
    """Return a stored moment in UTC: those of SQLite have no zone."""
    return stored if stored is None or stored.tzinfo else stored.replace(tzinfo=UTC)
