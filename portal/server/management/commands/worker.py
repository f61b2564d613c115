"""`manage.py worker`: sends mail and webhooks, and does what is due; `serve` runs one itself."""

import os
import sys
import threading
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management import call_command

from clients_app.management.command_line import PortalCommand
from clients_app.services import housekeeping

POLL_S: Final = 5.0  # how often an idle worker asks; each time it holds SQLite's one write lock


class Command(PortalCommand):
    help = "Sends what waits and does what is due, in the foreground. `serve` runs one itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-closed", action="store_true", help="end when standard input is closed"
        )

    def handle(self, *args: Any, until_closed: bool, **options: Any) -> None:
        """Work until SIGTERM or Ctrl C; a message that is being sent is finished first."""
        if until_closed:
            threading.Thread(target=_end_when_closed, daemon=True).start()
        housekeeping.begin(housekeeping.WORKER_CHORES)
        call_command("db_worker", interval=POLL_S, startup_delay=False, verbosity=0)


def _end_when_closed() -> None:
    sys.stdin.read()
    os._exit(1)
