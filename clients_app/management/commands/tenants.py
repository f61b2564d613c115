"""`manage.py tenants`: the organisations of this installation."""

from argparse import Namespace
from typing import Final

from clients_app.http.json_models import tenant_json
from clients_app.management import command_line as cli
from clients_app.management.secret_lines import minute
from clients_app.selectors.tenants import installation
from clients_app.services.tenants.tenants import add_tenant, rename_tenant

TENANT: Final = cli.argument("tenant", metavar="TENANT", help="its name or id")


class Command(cli.PortalCommand):
    help = "Lists, shows, adds and renames tenants."

    @cli.reading()
    def list(self, given: Namespace) -> None:
        """List the tenants with their ids, the oldest first."""
        tenants = installation.tenants()
        self.list_rows(given, tenants, tenant_json, lambda one: (one.pk, one.name), id=36, name=0)

    @cli.reading(TENANT)
    def show(self, given: Namespace) -> None:
        """Show a tenant."""
        tenant = installation.find_tenant(given.tenant)
        lines = f"Name:  {tenant.name}\nId:    {tenant.pk}\nAdded: {minute(tenant.created_at)}"
        self.tell(given, lines, tenant_json(tenant))

    @cli.subcommand(cli.NAME)
    def add(self, given: Namespace) -> None:
        """Add a tenant with the built-in roles; print its name and id."""
        tenant = add_tenant(given.name, actor=cli.actor_on_installation(), now=cli.now())
        sentence = f"Tenant added: {tenant.name}\nId:           {tenant.pk}"
        self.tell(given, sentence, tenant_json(tenant))

    @cli.subcommand(TENANT, cli.argument("--name", required=True, metavar="NAME"))
    def edit(self, given: Namespace) -> None:
        """Give a tenant another name; clients, tokens and ids stay the same."""
        was = installation.find_tenant(given.tenant)
        tenant = rename_tenant(was, name=given.name, actor=cli.actor_in(was), now=cli.now())
        sentence = f"{was.name} is now named {tenant.name}."
        self.tell(given, sentence, tenant_json(tenant))
