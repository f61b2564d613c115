"""`manage.py tenants`: the organisations of this installation."""

from argparse import Namespace

from clients_app.http.json_models import tenant_json
from clients_app.management import command_line as cli
from clients_app.management.secret_lines import minute
from clients_app.management.table import Table
from clients_app.selectors.tenants import installation
from clients_app.services.tenants.tenants import add_tenant, rename_tenant


class Command(cli.PortalCommand):
    help = "Lists, shows, adds and renames tenants."

    @cli.subcommand(cli.NAME, cli.JSON)
    def add(self, given: Namespace) -> None:
        """Add a tenant with the built-in roles; print its name and id."""
        tenant = add_tenant(given.name, actor=cli.actor_on_installation(), now=cli.now())
        if given.json:
            self.print_json(tenant_json(tenant))
        else:
            self.stdout.write(f"Tenant added: {tenant.name}\nId:           {tenant.pk}")

    @cli.subcommand(cli.NAME, cli.argument("new_name", metavar="NEW_NAME"))
    def rename(self, given: Namespace) -> None:
        """Give a tenant another name; clients, tokens and ids stay the same."""
        tenant = installation.tenant_named(given.name)
        tenant = rename_tenant(
            tenant, name=given.new_name, actor=cli.actor_in(tenant), now=cli.now()
        )
        self.stdout.write(f"{given.name} is now named {tenant.name}.")

    @cli.reading(cli.JSON)
    def list(self, given: Namespace) -> None:
        """List the tenants with their ids, the oldest first."""
        if given.json:
            for tenant in installation.tenants():
                self.print_json(tenant_json(tenant))
            return
        table = Table(self.stdout.write, id=36, name=0)
        for tenant in installation.tenants():
            table.row(tenant.pk, tenant.name)

    @cli.reading(cli.NAME, cli.JSON)
    def show(self, given: Namespace) -> None:
        """Show a tenant."""
        tenant = installation.tenant_named(given.name)
        if given.json:
            self.print_json(tenant_json(tenant))
        else:
            self.stdout.write(
                f"Name:  {tenant.name}\nId:    {tenant.pk}\nAdded: {minute(tenant.created_at)}"
            )
