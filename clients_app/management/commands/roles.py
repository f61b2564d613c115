"""`manage.py roles add`: a custom role from the command line."""

from argparse import Namespace

from clients_app.management import command_line as cli
from clients_app.services.roles.roles import add_role


class Command(cli.PortalCommand):
    help = "Adds a custom role to a tenant."

    @cli.subcommand(cli.NAME, cli.argument("--description", default=""), cli.TENANT)
    def add(self, given: Namespace) -> None:
        """Add a custom role; print its name and id."""
        actor = cli.actor_in(cli.tenant_of(given.tenant))
        role = add_role(given.name, description=given.description, actor=actor, now=cli.now())
        self.stdout.write(f"Role added: {role.name}\nId:         {role.pk}")
