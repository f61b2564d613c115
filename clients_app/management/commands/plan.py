"""`manage.py plan`: what `manage.py apply` would change; nothing is changed."""

import sys
from argparse import Namespace
from typing import Any, Final

from django.core.management.base import CommandParser

from clients_app.management import command_line as cli
from clients_app.management.declared_options import OPTIONS, declared_by
from clients_app.management.dry_run import rehearsed, said_of

CHANGES: Final = 2  # the exit status if anything would change


class Command(cli.PortalCommand):
    help = "Says what `manage.py apply` would change; exit status 2 if anything."
    arguments = OPTIONS

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        """Return the parser; wrong arguments end with 1, because 2 means that something differs."""
        parser = super().create_parser(*args, **options)
        vars(parser).update(error=lambda message: parser.exit(1, f"{message}\n"))
        return parser

    def perform(self, given: Namespace) -> None:
        """Apply the file in a transaction, print what that recorded, and undo it."""
        declared = declared_by(given)
        events = rehearsed(lambda: declared.apply(declared.unmade()))
        if not events:
            if not given.json:
                self.stdout.write("Nothing would change.")
            return
        self.stdout.write(said_of(events, as_json=given.json))
        sys.exit(CHANGES)
