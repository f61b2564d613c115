"""Copies the portal into another database, SQLite to PostgreSQL or back.

The former database is closed first: triggers refuse every event, and so every change, while
machines with secrets get tokens as before. Revocations, codes and refresh tokens are refused, too:
what was revoked or used in the former database only would be good again in the new one. So nothing
is changed that the copy lacks, also after the copy is made and before the servers use it. The
refusal says that the database can be read but not changed, as that of a read-only one, which every
door answers with 503.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import PortalError
from clients_app.models import (
    AuditHead,
    Authorization,
    AuthorizationCode,
    Delivery,
    LinkRequest,
    RefreshToken,
    RevokedToken,
    Tenant,
)
from clients_app.services.backups import contents, tables
from clients_app.services.backups.snapshots import lift_limits, snapshot

SOURCE: Final = "former"  # the alias of the database that is left

_REASON: Final = "this database is read-only: the portal was moved to another one"
#: what nobody may write any more: events, and so every change; what tokens are good for, which has
#: no events; and messages: those asked for now would be lost, those sent now would be sent again
_CLOSED: Final[tuple[type[Model], ...]] = (
    *(RevokedToken, Authorization, AuthorizationCode, RefreshToken),
    *(Delivery, LinkRequest),
    AuditHead,  # last: what happens until then has events
)
_FUNCTION: Final = (
    "CREATE OR REPLACE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REASON}' USING ERRCODE = 'read_only_sql_transaction'; END $$"
)
ActorIn = Callable[[UUID], Actor]


class Moved(NamedTuple):
    """A table that was copied."""

    table: str
    rows: int


@transaction.atomic
def close(target: str, *, actor_in: ActorIn, now: datetime) -> None:
    """Refuse all changes of the database from now on; return when none is under way.

    Its last event is that the portal moves to a database of the kind ``target``.
    """
    _open()  # a process that was killed closed it before
    *others, heads = _CLOSED
    _close(others)
    _record("installation.closed", {"moved_to": target}, actor_in=actor_in, now=now)
    _close([heads])


@transaction.atomic
def open_again(*, actor_in: ActorIn, now: datetime) -> None:
    """Let the database be changed again."""
    _open()
    _record("installation.opened", {}, actor_in=actor_in, now=now)


@contextmanager
def other_database(databases: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Let the block work on the database of Django's settings ``databases``; the former is SOURCE.

    All services use the default database, so it is exchanged.
    """
    former = dict(connections.settings)
    connections.close_all()
    _use(connections.configure_settings(databases) | {SOURCE: former[DEFAULT_DB_ALIAS]})
    try:
        yield
    finally:
        connections.close_all()
        _use(former)


def move() -> Iterator[Moved]:
    """Fill the default database, whose tables are empty, from SOURCE; yield each table's count.

    Nothing is saved unless all of it is consumed.
    Errors: PortalError.
    """
    if contents.migrations(SOURCE) != contents.migrations(DEFAULT_DB_ALIAS):
        sentence = "The tables are not those of %(version)s. Start its server once, and try again."
        raise PortalError(sentence, version=settings.VERSION)
    with snapshot(SOURCE), transaction.atomic():
        lift_limits(connection)
        tables.refuse_rows()
        for table in tables.tables():
            yield Moved(table._meta.db_table, _copy(table))


def _copy(table: tables.Table) -> int:
    tables.empty(table)
    number = 0
    for batch in tables.batches(tables.rows_of(table, SOURCE)):
        tables.add_rows(table, batch)
        number += len(batch)
    tables.continue_after(table, tables.last_id(table, SOURCE))
    if table._base_manager.count() != number:
        sentence = "The table %(table)s could not be copied whole. Nothing was changed."
        raise PortalError(sentence, table=table._meta.db_table)
    return number


def _close(closed: Iterable[type[Model]]) -> None:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or PostgreSQL makes no trigger
            cursor.execute(_FUNCTION)
        for model in closed:
            table = model._meta.db_table
            if is_sqlite:
                for event in ("INSERT", "UPDATE"):
                    cursor.execute(
                        f"CREATE TRIGGER moved_{event}_{table} BEFORE {event} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"
                    )
            else:
                cursor.execute(
                    f"CREATE TRIGGER moved BEFORE INSERT OR UPDATE ON {table} "
                    "FOR EACH ROW EXECUTE FUNCTION moved()"
                )


def _open() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS moved() CASCADE")  # with its triggers
            return
        for model in _CLOSED:
            for event in ("INSERT", "UPDATE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS moved_{event}_{model._meta.db_table}")


def _record(action: str, after: dict[str, Any], *, actor_in: ActorIn, now: datetime) -> None:
    for tenant in Tenant.objects.order_by("created_at", "pk"):
        audit.record(action, tenant, actor=actor_in(tenant.pk), now=now, after=after)


def _use(databases: dict[str, dict[str, Any]]) -> None:
    for alias in list(connections.settings):
        if alias not in databases:
            del connections.settings[alias]
    for alias, settings_of_one in databases.items():
        connections.settings[alias] = settings_of_one
        with suppress(AttributeError):  # this thread has no such connection yet
            del connections[alias]
