"""`manage.py activity`: checks the audit chains and archives old events."""

from argparse import Namespace
from datetime import timedelta
from typing import Final

from django.conf import settings

from clients_app import audit
from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.selectors.tenants import installation
from clients_app.services.activity.archive import seal_segment

NO_HEADS: Final = "DATA_DIR has no file of its heads, so a missing end would not be noticed"


class Command(cli.PortalCommand):
    help = "Verifies the audit chain of every tenant; archives old events."

    @cli.subcommand()
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

    @cli.subcommand(cli.argument("--days", type=int, help="age; default: ACTIVITY_KEEP_DAYS"))
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
