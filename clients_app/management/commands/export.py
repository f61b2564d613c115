"""`manage.py export`: a tenant's roles, APIs and clients as a file for `manage.py apply`."""

from argparse import Namespace
from typing import Any

from clients_app.management import command_line as cli
from clients_app.management.yaml_files import yaml_of
from clients_app.services.declared.entries import VERSION
from clients_app.services.declared.export import (
    apis_of_file,
    clients_of_file,
    record_export,
    roles_of_file,
)


class Command(cli.PortalCommand):
    help = "Prints roles, APIs and clients, without secrets, for `manage.py apply`."
    arguments = (
        cli.flag("--without-ids", "for another installation, or a copy"),
        cli.TENANT,
    )

    def perform(self, given: Namespace) -> None:
        """Print the file, a client at a time."""
        tenant = cli.tenant_of(given.tenant)
        record_export(actor=cli.actor_in(tenant), now=cli.now())
        self._write({"version": VERSION, "tenant": tenant.name})
        self._write({"roles": roles_of_file(tenant), "apis": apis_of_file(tenant)})
        self.stdout.write("clients:")
        for values in clients_of_file(tenant, with_ids=not given.without_ids, now=cli.now()):
            self._write([values])

    def _write(self, values: Any) -> None:
        self.stdout.write(yaml_of(values), ending="")
