"""One moment of a database, read while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connections

_BEGIN: Final = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
}
#: a copy of a large database takes longer than any request may
_WITHOUT_LIMITS: Final = (
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0"
)


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Let all reads of the block see the database as it is now; nobody has to wait for it.

    ``atomic`` would keep writers out (SQLite), and take the place of a writer in this process.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN[connection.vendor])
        try:
            lift_limits(connection)
            cursor.execute("SELECT count(*) FROM django_migrations")  # the moment
            yield
        finally:
            cursor.execute("ROLLBACK")


def lift_limits(connection: Any) -> None:
    """Let the statements of this transaction take as long as they need."""
    if connection.vendor == "postgresql":
        connection.connection.limit_s = None
        with connection.cursor() as cursor:
            cursor.execute(_WITHOUT_LIMITS)
