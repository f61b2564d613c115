"""`manage.py restore`: fills an empty database from a backup, and says what it forgot."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from clients_app.actors import Actor
from clients_app.http import operation_ids
from clients_app.management import command_line as cli
from clients_app.management.backup_lines import about_lines, about_values
from clients_app.management.output import Output, prove_writable
from clients_app.management.restored_lines import print_later, print_restored
from clients_app.services.backups.later_events import later_events
from clients_app.services.backups.reading import Backup
from clients_app.services.backups.restoring import restore
from portal.server import first_start
from portal.server.empty_database import prepare_empty_database

_OWN: Final = "An installation with this SECRET_KEY wrote it."
_NOT_PROVED: Final = (
    "Who wrote it is not proved, because SECRET_KEY is another than that of the backup: "
    "compare its SHA-256 with what `manage.py backup` printed."
)


class Command(cli.PortalCommand):
    help = "Fills an empty database from a backup, and lists what happened since the backup."
    arguments = (
        cli.argument("file", metavar="FILE", type=Path),
        cli.repeated(
            "--events",
            "FILE",
            "events",
            "events as AUDIT_STREAM or `activity export` wrote them; may be repeated",
            type=Path,
        ),
        cli.flag("--check", "prove the backup, say what it holds, and end"),
        cli.JSON,
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the backup twice: to prove it before anything is written, and to restore it."""
        prove_writable()
        self.stdout = Output(sys.stdout)
        given = Namespace(**options)
        backup = Backup(given.file.absolute(), settings.BACKUP_IDENTITY())
        if given.check:
            lines = f"The backup is whole.\n{_OWN if backup.is_own else _NOT_PROVED}"
            values = about_values(backup.about) | {"Own": backup.is_own}
            self.tell(given, f"{lines}\n{about_lines(backup.about)}", values)
            return
        later = later_events(backup.heads(), given.events)
        backup.refuse_other_installation()  # first: an older version refuses tables of this one
        with first_start.one_at_a_time():
            prepare_empty_database()
            restored = restore(backup, later, actor_in=_actor_in, now=cli.now())
        print_restored(self, given, backup, restored)
        print_later(self, given, backup, later)


def _actor_in(tenant_id: UUID) -> Actor:
    return Actor.command_line(tenant_id, operation_id=operation_ids.current())
