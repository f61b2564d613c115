"""The rows of every table, to be written to a file or to another database, SQLite or PostgreSQL.

The tables come from Django's registry, so that a new one is included without further work. Rows are
tuples of plain values, without model instances: columns that a model fills when it is saved keep
what they have. The short-lived rows are left out: they may be lost at any time.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Field, Model

from clients_app.errors import PortalError
from clients_app.models import ClientCount, short_lived

Table = type[Model]
Row = tuple[Any, ...]

BATCH: Final = 1000  # rows in memory at a time
_FILLED_BY_MIGRATE: Final = (ContentType, Permission)


def tables() -> list[Table]:
    """Return all tables, in the order in which they are filled.

    Foreign keys are checked at the end of the transaction, so their order does not matter. Triggers
    of the clients count them (``models/client_count``), so the counts come last.
    """
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not (
            model._meta.app_label == "clients_app" and model._meta.model_name in short_lived.NAMES
        )
    ]
    return sorted(found, key=lambda model: model is ClientCount)


def table_named(label: str) -> Table:
    """Return the table with this label, such as `clients_app.Client`.

    Errors: LookupError.
    """
    return apps.get_model(label)


def columns_of(table: Table) -> list["Field[Any, Any]"]:
    """Return the columns of a table, in the order of its rows."""
    return list(table._meta.concrete_fields)


def rows_of(table: Table, alias: str) -> Iterator[Row]:
    """Return the rows of a table in the order of their keys; BATCH of them are in memory."""
    rows = table._base_manager.using(alias).order_by("pk")
    names = [column.attname for column in columns_of(table)]
    yield from rows.values_list(*names).iterator(chunk_size=BATCH)


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Return the rows in lists of at most BATCH."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def empty(table: Table) -> None:
    """Remove what migrations and triggers wrote, before the table is filled."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table._meta.db_table)
        cursor.execute(f"DELETE FROM {name}")  # noqa: S608  of a model


def add_rows(table: Table, rows: list[Row]) -> None:
    """Write the rows as they are."""
    connection, columns = connections[DEFAULT_DB_ALIAS], columns_of(table)
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(column.column)) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {quoted(table._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  of models
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_stored(row, columns, connection) for row in rows])


def _stored(row: Row, columns: "list[Field[Any, Any]]", connection: Any) -> list[Any]:
    return [
        column.get_db_prep_save(value, connection)
        for column, value in zip(columns, row, strict=True)
    ]


def refuse_rows() -> None:
    """Raise PortalError if the database has rows that no migration wrote."""
    for table in tables():
        if table not in _FILLED_BY_MIGRATE and table._base_manager.exists():
            sentence = (
                "The database is not empty: it has rows in %(table)s. Nothing was changed. "
                "Name an empty database in DATABASE_URL, or move this one away."
            )
            raise PortalError(sentence, table=table._meta.db_table)


def last_id(table: Table, alias: str) -> int | None:
    """Return the last number that the table gave to a row; None if it numbers none.

    Numbers are never given twice: events name rows that were removed since.
    """
    if not isinstance(table._meta.pk, AutoField):
        return None
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [_name(table)])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        sequence = _sequence(cursor, table)
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608  its own name
        last, is_called = cursor.fetchone()
        return int(last) if is_called else 0


def continue_after(table: Table, number: int | None) -> None:
    """Let the table give numbers above ``number``."""
    if not number:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s)", [_sequence(cursor, table), number])
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [_name(table)])
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [_name(table), number]
        )


def _name(table: Table) -> str:
    return table._meta.db_table


def _sequence(cursor: Any, table: Table) -> str:
    pk = table._meta.pk
    assert pk is not None  # noqa: S101  narrows the type
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{_name(table)}"', pk.column])
    return str(cursor.fetchone()[0])
