"""`manage.py worker`: sends mail and webhooks, and runs scheduled work."""

import logging
import os
import signal
import sys
import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from clients_app.audit import stream
from clients_app.identity.one_time_links import mail_asked_links, mail_invitations
from clients_app.management.command_line import PortalCommand
from clients_app.management.schema import refuse_other_versions
from clients_app.services import housekeeping
from clients_app.services.notices import deliveries
from clients_app.services.people.guess_notices import mail_guesses
from clients_app.services.signing_keys.private_keys import refuse_other_secret_key
from portal.secret_files import writable_folder

RETRY_S: Final = 3.0  # until a database that was away is asked again
POLL_S: Final = 1.0  # an idle worker only reads, so it blocks nobody

log = logging.getLogger("clients_app.worker")


class Command(PortalCommand):
    uses_stdout = False
    help = "Sends messages and runs scheduled work, in the foreground; `serve` starts one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-closed", action="store_true", help="exit when standard input is closed"
        )
        parser.add_argument("--once", action="store_true", help="send what is due now and exit")

    def handle(self, *args: Any, until_closed: bool, once: bool, **options: Any) -> None:
        """Run until SIGTERM or Ctrl C; finish sending a message first."""
        stopped = threading.Event()
        if once or until_closed:  # the server sends the audit events
            stream.spare_stdout()
        if once:
            refuse_other_versions()
            refuse_other_secret_key()
            send_due_messages(stopped)
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        if until_closed:
            threading.Thread(target=_exit_when_closed, daemon=True).start()
        prepare_data_dir()
        while not stopped.is_set() and not database_answers():
            stopped.wait(RETRY_S)
        housekeeping.begin(housekeeping.WORKER_CHORES)
        while not stopped.is_set():
            try:
                send_due_messages(stopped)
            except DatabaseError as error:
                log.error("Messages are delayed by the database: %s", error)
                connection.close()
            except Exception:
                log.exception("A message could not be sent.")
            stopped.wait(POLL_S)


def prepare_data_dir() -> None:
    """Make the folder if it is missing: this node may have no server that did."""
    with writable_folder(settings.DATA_DIR, f"The folder {settings.DATA_DIR}"):
        return


def database_answers() -> bool:
    """Return whether the database answers; then it has the tables of this version."""
    try:
        refuse_other_versions()
        refuse_other_secret_key()
        stream.begin()
    except DatabaseError as error:
        log.error("The worker waits for the database: %s", error)
        connection.close()
        return False
    return True


def send_due_messages(stopped: threading.Event) -> None:
    """Attempt each message that is due now, until ``stopped``."""
    mail_asked_links(now=datetime.now(UTC))
    mail_invitations(now=datetime.now(UTC))
    mail_guesses()
    for delivery_id in deliveries.due(now=datetime.now(UTC)):
        if stopped.is_set():
            return
        deliveries.attempt(delivery_id, now=datetime.now(UTC))


def _exit_when_closed() -> None:
    sys.stdin.read()
    os._exit(1)
