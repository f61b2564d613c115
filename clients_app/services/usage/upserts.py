"""Raw statements that add counts to rows: ``bulk_create`` can replace a row, but not add to it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction


def run(*batches: tuple[str, Iterable[tuple[Any, ...]]]) -> None:
    """Run each statement once for each of its rows, all in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, rows in batches:
            if adapted := [tuple(map(_adapted, row)) for row in rows]:
                cursor.executemany(statement, adapted)


def address(text: str) -> Any:
    """Return an IP address as a parameter; NULL where it is not known."""
    return connection.ops.adapt_ipaddressfield_value(text or None)


def _adapted(value: Any) -> Any:
    match value:
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case date():
            return connection.ops.adapt_datefield_value(value)
        case UUID() if not connection.features.has_native_uuid_field:
            return value.hex
        case _:
            return value
