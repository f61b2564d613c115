"""`manage.py roles add`: a custom role from the command line."""

from argparse import ArgumentParser
from typing import Any

from clients_app.management.command_line import (
    PortalCommand,
    actor_in,
    add_tenant_option,
    now,
    tenant_of,
)
from clients_app.services.roles.roles import add_role


class Command(PortalCommand):
    help = "Adds a custom role to a tenant; prints its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = self.words(parser).add_parser("add", help=self.help)
        add.add_argument("name", metavar="NAME")
        add.add_argument("--description", default="")
        add_tenant_option(add)

    def add(self, *, name: str, description: str, tenant: str | None, **_: Any) -> None:
        """Add the role and print its id."""
        actor = actor_in(tenant_of(tenant))
        self.stdout.write(str(add_role(name, description=description, actor=actor, now=now()).pk))
