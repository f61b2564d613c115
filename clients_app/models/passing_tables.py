"""Tables of which nothing need survive a crash: what was refused of late, and how often.

On PostgreSQL they are UNLOGGED and made by migrations. On SQLite they would stand in the way of
all other writers, so they have a file of their own, made where it is first written to.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

FAILED_ATTEMPTS: Final = (
    "clients_app_failedattempts "
    "(source varchar(64) PRIMARY KEY, failures integer NOT NULL, since bigint NOT NULL)"
)
SHARED_VALUES: Final = (
    "clients_app_sharedvalue "
    "(name varchar(250) PRIMARY KEY, value text NOT NULL, ends double precision NOT NULL)"
)


def create(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make a table where it belongs into the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE UNLOGGED TABLE {table}")


def drop(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take a table away again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {table.partition(' ')[0]}")
