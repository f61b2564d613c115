"""`manage.py tenants add`: another organisation on this installation."""

from argparse import Namespace

from clients_app.management import command_line as cli
from clients_app.services.tenants.tenants import add_tenant


class Command(cli.PortalCommand):
    help = "Adds a tenant."

    @cli.subcommand(cli.NAME)
    def add(self, given: Namespace) -> None:
        """Add a tenant with the built-in roles; print its name and id."""
        tenant = add_tenant(given.name, actor=cli.actor_on_installation(), now=cli.now())
        self.stdout.write(f"Tenant added: {tenant.name}\nId:           {tenant.pk}")
