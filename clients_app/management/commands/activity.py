"""`manage.py activity verify`: is the record of what was done whole?"""

from argparse import ArgumentParser
from typing import Any

from clients_app import audit
from clients_app.errors import PortalError
from clients_app.management.command_line import PortalCommand
from clients_app.models import Tenant


class Command(PortalCommand):
    help = "Looks through the audit chain of every tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.words(parser).add_parser(
            "verify", help="name the first event that was changed, removed, added or moved"
        )

    def verify(self, **_: Any) -> None:
        """Print a line a tenant; exit status 1 where a chain is broken."""
        broken = 0
        for tenant in Tenant.objects.order_by("created_at"):
            fault = audit.first_fault(tenant.pk)
            broken += fault is not None
            state = f"event {fault.sequence}: {fault.reason}" if fault else "whole"
            self.stdout.write(f"{tenant.name}: {state}")
        if broken:
            raise PortalError("%(broken)s broken.", broken=broken)
