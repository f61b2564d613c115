"""`manage.py move-database`: copies the portal into another database while tokens are issued."""

import signal
import sys
from argparse import Namespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import PortalError
from clients_app.http import operation_ids
from clients_app.management import command_line as cli
from clients_app.management.table import Table
from clients_app.selectors.tenants import installation
from clients_app.services.backups import moving
from portal.connections import databases
from portal.secret_files import secret_from
from portal.server import first_start
from portal.server.empty_database import prepare_empty_database

_NEXT = (
    "Now set DATABASE_URL to the new database and restart every server and worker. Until then "
    "tokens are issued from the former one, which refuses all changes. If you keep the former "
    "database, run `manage.py move-database --open-again` with its DATABASE_URL."
)
_NO_URL = (
    "Enter the URL of an empty database, as for DATABASE_URL, or put it into NEW_DATABASE_URL or, "
    "if it has a password, into the file NEW_DATABASE_URL_FILE."
)


class Command(cli.PortalCommand):
    help = "Copies the portal into an empty database, SQLite to PostgreSQL or back."
    arguments = (
        cli.argument("url", nargs="?", default="", metavar="URL", help="as in DATABASE_URL"),
        cli.flag("--open-again", "let this database be changed again, because you keep it"),
        cli.JSON,
    )

    def perform(self, given: Namespace) -> None:
        """Close this database for changes, copy it, and verify both."""
        if given.open_again:
            moving.open_again(actor_in=_actor_in, now=cli.now())
            self.tell(given, "The database can be changed again.", {"Open": True})
            return
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # opens the database again
        others = _other_databases(given.url or secret_from("NEW_DATABASE_URL"))
        former = _faults()
        with moving.other_database(others), first_start.one_at_a_time():
            prepare_empty_database()
        kind = others[DEFAULT_DB_ALIAS]["ENGINE"].rpartition(".")[2]
        moving.close(kind, actor_in=_actor_in, now=cli.now())
        try:
            with moving.other_database(others), first_start.one_at_a_time():
                done, new = list(moving.move()), _faults()
        except BaseException:
            moving.open_again(actor_in=_actor_in, now=cli.now())
            raise
        self._tell_counts(given, done)
        self._verify(given, former, new)
        if not given.json:
            self.stdout.write(_NEXT)

    def _tell_counts(self, given: Namespace, done: list[moving.Moved]) -> None:
        if given.json:
            self.print_json({"Rows": dict(done)})
            return
        table = Table(self.stdout.write, rows=12, table=0)
        for one in done:
            table.row(f"{one.rows:,}", one.table)

    def _verify(self, given: Namespace, former: dict[UUID, Any], new: dict[UUID, Any]) -> None:
        for tenant in installation.tenants():
            before, after = former[tenant.pk], new[tenant.pk]
            states = f"{_said(before)} in the former database, {_said(after)} in the new one"
            values = {
                "TenantId": str(tenant.pk),
                "FormerFault": before and before._asdict(),
                "Fault": after and after._asdict(),
            }
            self.tell(given, f"{tenant.name}: {states}", values)


def _other_databases(url: str) -> dict[str, dict[str, Any]]:
    if not url:
        raise PortalError(_NO_URL)
    others = databases(settings.DATA_DIR, url)
    if _place(others[DEFAULT_DB_ALIAS]) == _place(connections.settings[DEFAULT_DB_ALIAS]):
        raise PortalError("This is the database that the portal uses. Name another one.")
    return others


def _faults() -> dict[UUID, audit.Fault | None]:
    return {tenant.pk: audit.first_fault(tenant.pk) for tenant in installation.tenants()}


def _said(fault: audit.Fault | None) -> str:
    return f"event {fault.sequence}: {fault.reason}" if fault else "whole"


def _place(database: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(str(database.get(name, "")) for name in ("ENGINE", "HOST", "PORT", "NAME"))


def _actor_in(tenant_id: UUID) -> Actor:
    return Actor.command_line(tenant_id, operation_id=operation_ids.current())
