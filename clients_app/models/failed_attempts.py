"""A table of which nothing need survive a crash: how often each source was refused of late.

On PostgreSQL it is UNLOGGED and made by a migration. On SQLite it would stand in the way of all
other writers, so it has a file of its own, made where it is first written to.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE: Final = (
    "clients_app_failedattempts "
    "(source varchar(64) PRIMARY KEY, failures integer NOT NULL, since bigint NOT NULL)"
)


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the table where it belongs into the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE UNLOGGED TABLE {TABLE}")


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the table away again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE clients_app_failedattempts")
