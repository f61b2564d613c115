"""`manage.py serve`: from an empty folder to a portal that answers, in one command."""

import logging
import os
import signal
import sys
from typing import Any

from django.db import connections

from clients_app import conf
from clients_app.management.command_line import PortalCommand, now
from portal.server import first_start
from portal.server.listener import check_tls, claim_port, serve
from portal.server.static_files import collect_changed_static_files

log = logging.getLogger("clients_app.server")
PASSWORD = "PORTAL_ADMIN_PASSWORD"  # noqa: S105  the name of a variable


class Command(PortalCommand):
    prints = False
    help = "Prepares what is missing (tables, static files, key, tenant, administrator) and serves."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, then serve in the foreground until Ctrl C or SIGTERM; both end with status 0."""
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, lambda *_: sys.exit(0))
        listener = conf.listener()
        check_tls(listener)
        with claim_port(listener):
            self.prepare()
            logging.disable(logging.NOTSET)  # from here on the log is the server's
            serve(listener, tell=self.tell_address)
            log.info("The portal has stopped.", extra={"event": "server.stopped"})

    def prepare(self) -> None:
        """Make what is missing; processes that start at once do it one after the other."""
        with first_start.one_at_a_time():
            first_start.prepare_tables()
            collect_changed_static_files()
            first_start.prepare_rows(now=now(), tell=self.tell)
        if PASSWORD in os.environ:
            restart_without(PASSWORD)

    def tell(self, text: str) -> None:
        """Say something to standard output, and nowhere else."""
        self.stdout.write(text)
        self.stdout.flush()

    def tell_address(self) -> None:
        """Say where the portal is, and to the log how it is set (security bar 85)."""
        facts = conf.facts()
        settings = " ".join(f"{name}={value}" for name, value in facts.items())
        log.info("The portal has started: %s", settings, extra={"event": "server.started", **facts})
        self.tell(f"The portal is at {conf.public_url()}/ (Ctrl C stops it).")


def restart_without(name: str) -> None:
    """Become this program again without a variable, which no process of the server shall show."""
    connections.close_all()
    environment = {key: value for key, value in os.environ.items() if key != name}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606  ourselves
