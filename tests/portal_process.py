"""The real portal as a process: `manage.py serve` with its own folder, port and database."""

import http.client
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import psycopg

from tests.free_ports import free_port
from tests.portal_commands import PortalCommands
from tests.portal_database import drop_database, new_database
from tests.waiting import LIMIT_S, wait_until

CHECKOUT = Path(__file__).resolve().parent.parent
TENANT = "Herons Ltd"
USERNAME = "mara"
PASSWORD = "Seven-grey-herons-7"
COMPANION = " --until-closed"
STOP_LIMIT_S = 45  # twice what the server gives its workers, its companion and itself
PASSWORD_FILE = "first_password"
COMMAND_LIMIT_S = 180  # for a manage.py that hangs
#: `make steady` changes the clock of the tests; portals get the same clock
CLOCK = {
    name: value for name, value in os.environ.items() if name in {"LD_PRELOAD", "CLOCK_AHEAD_S"}
}


class PortalProcess:
    """A portal with its own data; it keeps them when it is stopped and started again.

    ``url`` is its public origin, ``log_file`` the output of its server. The first administrator is
    USERNAME with PASSWORD, unless ``environment`` says otherwise. Its folder is empty, or ``like``
    that of a stopped portal: then the password is in a file, because a server that gets it in the
    environment restarts to remove it there. ``database_url`` names an existing database. Without
    ``has_worker`` nothing sends messages, fetches the key sets of issuers or does scheduled work.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        like: "PortalProcess | None" = None,
        database_url: str | None = None,
        has_worker: bool = True,
        **environment: str,
    ) -> None:
        self.has_worker = has_worker
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.log_file = data_dir.with_name(f"{data_dir.name}.log")
        if database_url is None:
            database_url = new_database(like.database_url if like else "")
        self.database_url = database_url
        if like:
            shutil.copytree(like.data_dir, data_dir, ignore=shutil.ignore_patterns("secret_key"))
            (data_dir / PASSWORD_FILE).touch(mode=0o600)
            (data_dir / PASSWORD_FILE).write_text(PASSWORD)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            **CLOCK,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "WORKERS": "2",
            "PORTAL_TENANT_NAME": TENANT,
            "PORTAL_ADMIN_USERNAME": USERNAME,
            **(
                {"PORTAL_ADMIN_PASSWORD_FILE": str(data_dir / PASSWORD_FILE)}
                if like
                else {"PORTAL_ADMIN_PASSWORD": PASSWORD}
            ),
            **({"DATABASE_URL": self.database_url} if self.database_url else {}),
            **environment,
        }
        self.server: subprocess.Popen[bytes] | None = None
        self._commands: PortalCommands | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server, and remove the database."""
        self.stop()
        if self._commands:
            self._commands.close()
        if self.database_url:
            drop_database(self.database_url)

    def start(self, *, limit_s: float = LIMIT_S) -> None:
        """Start the server and wait until it responds."""
        with self.log_file.open("ab") as log:
            self.server = subprocess.Popen(
                self.command("serve", *([] if self.has_worker else ["--without-worker"])),
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = self.server
        try:
            wait_until(lambda: self.answers() or server.poll() is not None, limit_s=limit_s)
            assert server.poll() is None
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"The portal did not start:\n{self.log()}") from error

    def stop(self) -> int | None:
        """Stop the server by SIGTERM; return its exit status, None if it was not running."""
        if self.server is None:
            return None
        self.server.terminate()
        try:
            return self.server.wait(timeout=STOP_LIMIT_S)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill the server and its workers with SIGKILL, like a power cut."""
        if self.server is None:
            return
        for pid in (*self.companions(), *self.workers(), self.server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait()
        self.server = None

    def workers(self) -> list[int]:
        """Return the process ids of the server's workers."""
        return [pid for pid, words in self._children() if not words.endswith(COMPANION)]

    def companions(self) -> list[int]:
        """Return the process id of the companion that sends mail and webhooks, if it runs."""
        return [pid for pid, words in self._children() if words.endswith(COMPANION)]

    def _children(self) -> list[tuple[int, str]]:
        assert self.server is not None
        listing = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,args=", "-ww"],
            capture_output=True,
            text=True,
            check=True,
        )
        rows = (line.split(maxsplit=2) for line in listing.stdout.splitlines())
        return [(int(row[0]), row[-1]) for row in rows if int(row[1]) == self.server.pid]

    def answers(self) -> bool:
        """Return whether the server responds to requests."""
        try:
            return self.get("/") < 500
        except OSError:
            return False

    def get(self, path: str) -> int:
        """Return the status of a plain GET."""
        connection = self.connection(timeout_s=30)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def connection(self, *, timeout_s: float) -> http.client.HTTPConnection:
        """Return a new connection, over TLS if the server has a certificate; it is not checked."""
        if "TLS_CERT" not in self.environment:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=timeout_s, context=context
        )

    def command(self, *words: str) -> list[str]:
        """Return the command line of `manage.py` with these arguments."""
        return [sys.executable, str(CHECKOUT / "manage.py"), *words]

    def manage(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `manage.py` with the same database and key; the caller checks the status."""
        return subprocess.run(
            self.command(*words),
            cwd=CHECKOUT,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_LIMIT_S,
            check=False,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Do as ``manage`` does, sooner, in a fork of a process that has loaded Django.

        For tests of something else than commands that run several of them.
        """
        if self._commands is None:
            self._commands = PortalCommands(self.environment)
        assert self._commands.environment == self.environment
        return self._commands.run(words, limit_s=COMMAND_LIMIT_S)

    def log(self) -> str:
        """Return everything the server has written to standard output and error."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, run directly in the portal's database."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(statement.encode()).fetchall()
        file = self.data_dir / "portal.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def dump_of_every_table(self) -> str:
        """Return the text of all rows of all tables of the portal's database."""
        names = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if self.database_url
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        tables = [name for (name,) in self.query(names)]
        return "\n".join(
            f"{table}: {as_text(self.query(f'SELECT * FROM {table}'))}"  # noqa: S608  constants only
            for table in tables
        )


def as_text(rows: Iterable[Iterable[Any]]) -> str:
    """Return the values of rows as text, bytes decoded, so that they can be searched."""
    return "\n".join(" ".join(map(_value_as_text, row)) for row in rows)


def _value_as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)
