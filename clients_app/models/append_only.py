"""Database triggers that let rows of the audit chain be added only (security: append-only record).

``create`` and ``drop`` serve the migration, and the tests, whose flush must empty all tables.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY: Final = ("clients_app_auditevent", "clients_app_issuedclientid")

_SQLITE_CREATE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_SQLITE_DROP = ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete")
_POSTGRESQL_CREATE = (
    "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{table} is append-only' "
    "USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
)
_POSTGRESQL_DROP = (
    "DROP TRIGGER {table}_no_truncate ON {table}",
    "DROP TRIGGER {table}_no_change ON {table}",
    "DROP FUNCTION {table}_refuse()",
)


def create(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Make the rows of ``tables`` unchangeable; a migration names those of its time."""
    _run(connection, tables, _SQLITE_CREATE, _POSTGRESQL_CREATE)


def drop(connection: BaseDatabaseWrapper, tables: tuple[str, ...] = APPEND_ONLY) -> None:
    """Take the triggers away again."""
    _run(connection, tables, _SQLITE_DROP, _POSTGRESQL_DROP)


def _run(
    connection: BaseDatabaseWrapper,
    tables: tuple[str, ...],
    sqlite: tuple[str, ...],
    postgresql: tuple[str, ...],
) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in sqlite if connection.vendor == "sqlite" else postgresql:
                cursor.execute(statement.format(table=table))
