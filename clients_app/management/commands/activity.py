"""`manage.py activity`: lists, exports, verifies and archives what happened."""

from argparse import Namespace
from datetime import timedelta
from itertools import islice
from typing import Final

from django.conf import settings

from clients_app import audit
from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.activity_lines import activity_row
from clients_app.management.table import Table
from clients_app.selectors.activity.events import TOP, all_activity
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.selectors.tenants import installation
from clients_app.services.activity.archive import seal_segment
from clients_app.services.activity.export import FORMATS, export_activity, members_of

NO_HEADS: Final = "DATA_DIR has no file of its heads, so a missing end would not be noticed"


class Command(cli.PortalCommand):
    help = "Lists and exports Activity; verifies the audit chains; archives old events."

    @cli.reading(
        cli.argument("--client", metavar="CLIENT_ID", help="only what is about this client"),
        cli.argument("--days", type=int, default=30, help="how far back; default: 30"),
        cli.argument("--count", type=int, default=50, help="how many at most; default: 50"),
        cli.JSON,
        cli.TENANT,
    )
    def list(self, given: Namespace) -> None:
        """List events and refused token requests, the newest first. Times are in UTC."""
        rows = islice(all_activity(_filter(given), TOP), given.count)
        if given.json:
            for row in rows:
                self.print_json(members_of(row))
            return
        table = Table(self.stdout.write, time=16, by=20, event=0)
        for row in rows:
            table.row(*activity_row(row))

    @cli.subcommand(
        cli.argument("--client", metavar="CLIENT_ID", help="only what is about this client"),
        cli.argument("--days", type=int, default=30, help="how far back; default: 30"),
        cli.argument("--format", choices=[*FORMATS], default="jsonl", dest="chosen"),
        cli.TENANT,
        dry_run=False,
    )
    def export(self, given: Namespace) -> None:
        """Print all events and refused token requests; the export is an event of its own."""
        wanted = _filter(given)
        query = f"days={given.days}" + (f"&client={given.client}" if given.client else "")
        actor = cli.actor_in(cli.tenant_of(given.tenant))
        pieces = export_activity(wanted, given.chosen, query=query, actor=actor, now=cli.now())
        for piece in pieces:
            self.stdout.write(piece, ending="")

    @cli.subcommand(dry_run=False)
    def verify(self, given: Namespace) -> None:
        """Show the first event of each tenant that was changed, removed, added or moved."""
        broken = 0
        names = {tenant.pk: tenant.name for tenant in installation.tenants()}
        for tenant_id in (*names, *sorted(audit.chains() - names.keys())):
            fault = audit.first_fault(tenant_id)
            broken += fault is not None
            state = f"event {fault.sequence}: {fault.reason}" if fault else "whole"
            if not audit.heads_are_noted(tenant_id):
                state += f"; {NO_HEADS}"
            self.stdout.write(f"{names.get(tenant_id, tenant_id)}: {state}")
        if broken:
            raise PortalError("%(broken)s broken.", broken=broken)

    @cli.subcommand(
        cli.argument("--days", type=int, help="age; default: ACTIVITY_KEEP_DAYS"), dry_run=False
    )
    def seal(self, given: Namespace) -> None:
        """Move old events from the database to sealed files in DATA_DIR."""
        days = settings.ACTIVITY_KEEP_DAYS if given.days is None else given.days
        if days < 1:
            raise PortalError("Enter --days DAYS, at least 1, or set ACTIVITY_KEEP_DAYS.")
        before = cli.now() - timedelta(days=days)
        for tenant in installation.tenants():
            actor, sealed = cli.actor_in(tenant), False
            while segment := seal_segment(before=before, actor=actor, now=cli.now()):
                sealed = True
                self.stdout.write(f"{tenant.name}: events {segment} sealed")
            if not sealed:
                self.stdout.write(f"{tenant.name}: no events are older than {days} days")


def _filter(given: Namespace) -> ActivityFilter:
    if given.days < 1:
        raise PortalError("Enter --days DAYS, at least 1.")
    return ActivityFilter(
        tenant_id=cli.tenant_of(given.tenant).pk,
        since=cli.now() - timedelta(days=given.days),
        client_id=cli.client_id_of(given.client) if given.client else None,
    )
