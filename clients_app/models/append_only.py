"""Database triggers that make the tables of the audit chain append-only.

Events can be deleted only after they are in a sealed segment. ``create`` and ``drop`` serve the
migration, and the tests, which must empty all tables.
"""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_EVENTS: Final = "clients_app_auditevent"
_SEGMENTS: Final = "clients_app_auditsegment"
APPEND_ONLY: Final = (_EVENTS, "clients_app_issuedclientid", _SEGMENTS)

_IS_SEALED: Final = (
    f"EXISTS (SELECT 1 FROM {_SEGMENTS} s WHERE s.tenant_id = OLD.tenant_id "  # noqa: S608  ours
    "AND OLD.sequence BETWEEN s.first_sequence AND s.last_sequence)"
)
_SQLITE_CREATE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT {unless} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_SQLITE_DROP = ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete")
_POSTGRESQL_CREATE = (
    "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF TG_OP = 'DELETE' THEN IF {unless} THEN RETURN OLD; END IF; END IF; "
    "RAISE EXCEPTION '{table} is append-only' "
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


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the rows of these tables unchangeable."""
    _run(connection, _SQLITE_CREATE, _POSTGRESQL_CREATE)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Remove the triggers."""
    _run(connection, _SQLITE_DROP, _POSTGRESQL_DROP)


def _run(
    connection: BaseDatabaseWrapper, sqlite: tuple[str, ...], postgresql: tuple[str, ...]
) -> None:
    with connection.cursor() as cursor:
        for table in APPEND_ONLY:
            unless = _IS_SEALED if table == _EVENTS else "(1 = 0)"
            for statement in sqlite if connection.vendor == "sqlite" else postgresql:
                cursor.execute(statement.format(table=table, unless=unless))
