"""`manage.py activity`: is the record of what was done whole, and how long is it kept at hand?"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings

from clients_app import audit
from clients_app.errors import PortalError
from clients_app.management.command_line import PortalCommand, actor_in, now
from clients_app.selectors.tenants import installation
from clients_app.services.activity.archive import seal_segment


class Command(PortalCommand):
    help = "Looks through the audit chain of every tenant; seals old events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = self.words(parser)
        words.add_parser(
            "verify", help="name the first event that was changed, removed, added or moved"
        )
        seal = words.add_parser(
            "seal", help="move old events from the database into sealed files in DATA_DIR"
        )
        seal.add_argument(
            "--days",
            type=int,
            metavar="DAYS",
            help="how old; default: ACTIVITY_KEEP_DAYS",
        )

    def verify(self, **_: Any) -> None:
        """Print a line a tenant; exit status 1 where a chain is broken."""
        broken = 0
        for tenant in installation.tenants():
            fault = audit.first_fault(tenant.pk)
            broken += fault is not None
            state = f"event {fault.sequence}: {fault.reason}" if fault else "whole"
            self.stdout.write(f"{tenant.name}: {state}")
        if broken:
            raise PortalError("%(broken)s broken.", broken=broken)

    def seal(self, *, days: int | None, **_: Any) -> None:
        """Print a line a segment; exit status 1 where a chain is broken, which stays as it is."""
        days = settings.ACTIVITY_KEEP_DAYS if days is None else days
        if days < 1:
            raise PortalError("Say --days DAYS, at least 1, or set ACTIVITY_KEEP_DAYS.")
        before = now() - timedelta(days=days)
        for tenant in installation.tenants():
            actor = actor_in(tenant)
            while segment := seal_segment(before=before, actor=actor, now=now()):
                self.stdout.write(f"{tenant.name}: events {segment} sealed")
