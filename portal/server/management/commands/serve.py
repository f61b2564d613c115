"""`manage.py serve`: turns an empty folder into a running portal, in one command."""

import logging
import os
import shlex
import signal
import sys
import threading
from argparse import ArgumentParser
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import connection, connections

from clients_app import conf, data_files, measures
from clients_app.audit import stream
from clients_app.management.command_line import PortalCommand, now
from clients_app.management.output import Output, OutputLost, all_or_nothing, prove_writable
from clients_app.selectors.tenants.installation import apis_with_built_in_audience
from portal.environment import LOOPBACK
from portal.secret_files import open_to_others
from portal.served_url import remember_served_url
from portal.server import first_start
from portal.server.listener import serve
from portal.server.port import claim_port, wait_until_open
from portal.server.static_files import collect_changed_static_files
from portal.server.tls_files import check_tls

log = logging.getLogger("clients_app.server")
PASSWORD = "PORTAL_ADMIN_PASSWORD"  # noqa: S105  the name of a variable


class Command(PortalCommand):
    uses_stdout = False
    link = ""  # with which the first administrator chooses a password
    help = "Adds what is missing (tables, static files, key, tenant, administrator) and serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--without-worker",
            action="store_true",
            help="start no worker: `manage.py worker` runs by itself",
        )

    def handle(self, *args: Any, without_worker: bool, **options: Any) -> None:
        """Prepare, then serve in the foreground; Ctrl C and SIGTERM exit with status 0."""
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, lambda *_: sys.exit(0))
        os.environ["PUBLIC_URL"] = settings.PUBLIC_URL  # for the companion and the workers
        prove_writable()
        check_tls()
        with claim_port() as claim:
            self.prepare()
            logging.disable(logging.NOTSET)  # the log of the server starts here
            warn_of_open_files()
            warn_of_default_url()
            warn_of_missing_https()
            warn_of_shared_identifiers()
            serve(claim, on_ready=self.announce, has_worker=not without_worker)
            log.info("The portal has stopped.", extra={"event": "server.stopped"})

    def prepare(self) -> None:
        """Add what is missing; processes that start at the same time take turns."""
        with first_start.one_at_a_time():
            first_start.prepare_tables()
            collect_changed_static_files()
            stream.begin()
            measures.forget(settings.DATA_DIR / data_files.METRICS)
            with all_or_nothing():
                self.link = first_start.prepare_rows(now=now(), tell=Output(sys.stdout).write)
        remember_served_url(settings.DATA_DIR, settings.PUBLIC_URL)
        if PASSWORD in os.environ:
            restart_without(PASSWORD)

    def announce(self) -> None:
        """Say where the portal is once the port accepts connections."""
        threading.Thread(target=self._announce_when_open, daemon=True).start()

    def _announce_when_open(self) -> None:
        """Print the address; log the settings (AUD-3)."""
        wait_until_open()
        known = settings_to_log()
        text = " ".join(f"{name}={value}" for name, value in known.items())
        log.info("The portal has started: %s", text, extra={"event": "server.started", **known})
        try:
            lines = [f"The portal is at {conf.public_url()}/ (Ctrl C stops it).", self.link]
            Output(sys.stdout).write("\n".join(filter(None, lines)))
        except OutputLost as error:  # its log still says so
            log.warning("%s", error)


def warn_of_open_files() -> None:
    """Log a line if other users of this machine may read the data."""
    database = settings.DATABASES["default"]
    path = "" if connection.vendor == "postgresql" else str(database["NAME"])
    if found := open_to_others(settings.DATA_DIR, path):
        paths = " ".join(shlex.quote(str(one)) for one in found)
        log.warning("Other users of this machine may read the data; run `chmod o= %s`.", paths)


def warn_of_default_url() -> None:
    """Log a line if other machines reach the port, but PUBLIC_URL says that they cannot."""
    if settings.HOST in LOOPBACK and not ip_address(settings.BIND).is_loopback:
        log.warning(
            "Other machines can reach port %d (BIND is %s), but only requests for %s are answered. "
            "Set PUBLIC_URL to the https address that people and machines use, and TLS_CERT and "
            "TLS_KEY, or TRUSTED_PROXIES for a proxy that serves https; or set BIND to 127.0.0.1.",
            settings.PORT,
            settings.BIND,
            settings.PUBLIC_URL,
        )


def warn_of_missing_https() -> None:
    """Log a line if PUBLIC_URL is https, but nothing provides it (DEP-17)."""
    if settings.HTTPS and not settings.TLS_FILES and not settings.TRUSTED_PROXIES:
        log.warning(
            "No request can come by https, so pages redirect and token requests are refused. Set "
            "TRUSTED_PROXIES to the address of the proxy that serves %s, or TLS_CERT and TLS_KEY.",
            settings.PUBLIC_URL,
        )


def warn_of_shared_identifiers() -> None:
    """Log a line for each API of a tenant that has the Identifier of the built-in one (RES-4)."""
    for api in apis_with_built_in_audience():
        log.warning(
            "The API %s of the tenant %s has the Identifier %s, as the built-in API does, so their "
            "tokens cannot be told apart. Change TOKEN_AUDIENCE, or edit the API.",
            *(api.name, api.tenant.name, api.identifier),
        )
    connection.close()


def settings_to_log() -> dict[str, str | int]:
    """Return settings that help an operator; none of them is secret."""
    names = ("TOKEN_SIGNING_ALGORITHM", "CLIENTS_PER_TENANT", "TIME_ZONE", "LOG_TOKENS")
    return {
        "VERSION": settings.VERSION,
        "PUBLIC_URL": settings.PUBLIC_URL,
        "WORKERS": settings.WORKERS,
        "DATABASE": settings.DATABASES["default"]["ENGINE"].rpartition(".")[2],
        "TRUSTED_PROXIES": " ".join(settings.TRUSTED_PROXIES),
        "API_SCOPES": " ".join(settings.API_SCOPES),
        "TOKEN_AUDIENCE": conf.token_audience(),
        **{name: getattr(settings, name) for name in (*names, "AUDIT_STREAM")},
    }


def restart_without(name: str) -> None:
    """Run this program again without the variable, so that no process of the server shows it."""
    connections.close_all()
    environment = {key: value for key, value in os.environ.items() if key != name}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606  ourselves
