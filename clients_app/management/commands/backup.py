"""`manage.py backup`: writes an encrypted backup while the portal serves."""

import signal
import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from django.conf import settings

from clients_app.errors import PortalError
from clients_app.management import command_line as cli
from clients_app.management.backup_lines import about_lines, about_values
from clients_app.services.backups.sealed_files import new_identity
from clients_app.services.backups.taking import take_backup

_NO_RECIPIENT: Final = (
    "Set BACKUP_RECIPIENTS to the public key of the person who may read the backup (age1...). "
    "`manage.py backup --new-key FILE` makes a pair of keys; keep the file on another machine."
)


class Command(cli.PortalCommand):
    help = "Writes an encrypted backup to a new file, while the portal serves."
    arguments = (
        cli.argument("file", metavar="FILE", type=Path, help="a file that does not exist yet"),
        cli.flag(
            "--new-key",
            "write a new private key to FILE, and print the public key for BACKUP_RECIPIENTS",
        ),
        cli.JSON,
    )

    def perform(self, given: Namespace) -> None:
        """Write the backup, and print its SHA-256 and what it holds."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # removes the unfinished file
        path = given.file.absolute()
        if given.new_key:
            public = new_identity(path)
            sentence = (
                f"{path} has the private key that reads backups: keep it on another machine.\n"
                f"BACKUP_RECIPIENTS={public}"
            )
            self.tell(given, sentence, {"File": str(path), "PublicKey": public})
            return
        if not settings.BACKUP_RECIPIENTS:
            raise PortalError(_NO_RECIPIENT)
        taken = take_backup(path, settings.BACKUP_RECIPIENTS, now=cli.now())
        lines = (
            f"{path}\n"
            f"SHA-256:    {taken.sha256}\n"
            f"Size:       {taken.size:,} bytes\n{about_lines(taken.about)}\n"
            "SECRET_KEY is not in it: keep a copy of it apart from the backups."
        )
        values = {"File": str(path), "Sha256": taken.sha256, "Bytes": taken.size}
        self.tell(given, lines, values | about_values(taken.about))
