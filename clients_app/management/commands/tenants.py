"""`manage.py tenants`: adds an organisation to this installation, or renames one."""

from argparse import Namespace

from clients_app.management import command_line as cli
from clients_app.selectors.tenants import installation
from clients_app.services.tenants.tenants import add_tenant, rename_tenant


class Command(cli.PortalCommand):
    help = "Lists, adds and renames tenants."

    @cli.subcommand(cli.NAME)
    def add(self, given: Namespace) -> None:
        """Add a tenant with the built-in roles; print its name and id."""
        tenant = add_tenant(given.name, actor=cli.actor_on_installation(), now=cli.now())
        self.stdout.write(f"Tenant added: {tenant.name}\nId:           {tenant.pk}")

    @cli.subcommand(cli.NAME, cli.argument("new_name", metavar="NEW_NAME"))
    def rename(self, given: Namespace) -> None:
        """Give a tenant another name; clients, tokens and ids stay the same."""
        tenant = installation.tenant_named(given.name)
        tenant = rename_tenant(
            tenant, name=given.new_name, actor=cli.actor_in(tenant), now=cli.now()
        )
        self.stdout.write(f"{given.name} is now named {tenant.name}.")

    @cli.subcommand()
    def list(self, given: Namespace) -> None:
        """List the tenants with their ids."""
        for tenant in installation.tenants():
            self.stdout.write(f"{tenant.pk}  {tenant.name}")
