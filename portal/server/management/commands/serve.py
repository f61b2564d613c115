"""`manage.py serve`: from an empty folder to a portal that answers, in one command."""

import logging
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.db import connections

from clients_app import conf
from clients_app.management.command_line import PortalCommand, now
from portal.server import first_start
from portal.server.listener import serve
from portal.server.port import check_tls, claim_port
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
        check_tls()
        with claim_port():
            self.prepare()
            logging.disable(logging.NOTSET)  # from here on the log is the server's
            serve(tell=self.tell_address)
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
        """Say where the portal is, and to the log how it is set (AUD-3)."""
        known = facts()
        text = " ".join(f"{name}={value}" for name, value in known.items())
        log.info("The portal has started: %s", text, extra={"event": "server.started", **known})
        self.tell(f"The portal is at {conf.public_url()}/ (Ctrl C stops it).")


def facts() -> dict[str, str | int]:
    """Return the settings that an operator may look up in the log; none of them is secret."""
    return {
        "PUBLIC_URL": settings.PUBLIC_URL,
        "WORKERS": settings.WORKERS,
        "DATABASE": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "TRUSTED_PROXIES": " ".join(settings.TRUSTED_PROXIES),
        "API_SCOPES": " ".join(settings.API_SCOPES),
        "TOKEN_AUDIENCE": conf.token_audience(),
        "TOKEN_SIGNING_ALGORITHM": settings.TOKEN_SIGNING_ALGORITHM,
        "CLIENTS_PER_TENANT": settings.CLIENTS_PER_TENANT,
        "TIME_ZONE": settings.TIME_ZONE,
        "LOG_TOKENS": settings.LOG_TOKENS,
        "AUDIT_STREAM": settings.AUDIT_STREAM,
    }


def restart_without(name: str) -> None:
    """Become this program again without a variable, so that no process of the server shows it."""
    connections.close_all()
    environment = {key: value for key, value in os.environ.items() if key != name}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606  ourselves
