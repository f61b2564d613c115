"""One moment of a database, read while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections, transaction

#: a copy of a large database takes longer than any request may
_WITHOUT_LIMITS: Final = (
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0"
)


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Let all reads of the block see the database as it is now; nobody has to wait for it."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=alias):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            lift_limits(connection)
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")  # ``atomic`` would keep writers out
        cursor.execute("SELECT count(*) FROM sqlite_master")  # the moment
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def lift_limits(connection: Any) -> None:
    """Let the statements of this transaction take as long as they need."""
    if connection.vendor == "postgresql":
        connection.connection.limit_s = None
        with connection.cursor() as cursor:
            cursor.execute(_WITHOUT_LIMITS)
