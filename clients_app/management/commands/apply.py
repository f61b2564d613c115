"""`manage.py apply`: makes a tenant as a file describes it, all of it or nothing."""

from argparse import Namespace

from clients_app.management import command_line as cli
from clients_app.management.declared_options import OPTIONS, declared_by
from clients_app.management.dry_run import recorded_by, said_of
from clients_app.management.output import all_or_nothing
from clients_app.management.secret_files import SecretFiles
from clients_app.management.secret_lines import created_lines
from clients_app.services.clients.registration import RegisteredClient


class Command(cli.PortalCommand):
    help = "Adds and changes roles, APIs and clients as a file describes them."
    arguments = (
        *OPTIONS,
        cli.argument(
            "--secrets-to",
            metavar="FOLDER",
            help="write each new client to FOLDER/CLIENT_ID.json, not to standard output",
        ),
        cli.DRY_RUN,
    )

    def perform(self, given: Namespace) -> None:
        """Apply the file; print what was recorded, and each new client as JSON."""
        declared, folder = declared_by(given), None if given.dry_run else given.secrets_to
        hashed = declared.unmade() if given.dry_run else declared.made()
        with SecretFiles(folder) as files, all_or_nothing():
            added: list[RegisteredClient] = []
            events = recorded_by(lambda: added.extend(declared.apply(hashed)))
            if events:
                self.stdout.write(said_of(events, as_json=given.json))
            elif not given.json:
                self.stdout.write("Nothing to change.")
            for one in added:
                line = created_lines(one.client, one.secret, one.plain, as_json=True)
                if not files.write(f"{one.client.pk}.json", line):
                    self.stdout.write(line)
            files.keep()
