"""`manage.py tenants add`: another organisation on this installation."""

from argparse import ArgumentParser
from typing import Any

from clients_app.management.command_line import PortalCommand, actor_on_installation, now
from clients_app.services.tenants.tenants import add_tenant


class Command(PortalCommand):
    help = "Adds a tenant with the built-in roles; prints its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = self.words(parser).add_parser("add", help=self.help)
        add.add_argument("name", metavar="NAME")

    def add(self, *, name: str, **_: Any) -> None:
        """Add the tenant and print its id."""
        tenant = add_tenant(name, actor=actor_on_installation(), now=now())
        self.stdout.write(str(tenant.pk))
