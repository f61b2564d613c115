"""A PostgreSQL that can be stopped and started again, and whose disk can be full."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import psycopg

from tests.portal_process import CHECKOUT


class Postgresql:
    """A database server of its own, from tests/with_postgresql.sh; its data are below ``disk``."""

    def __init__(self, disk: Path = Path("/tmp")) -> None:  # noqa: S108  the path of a socket is short
        self._holder = subprocess.Popen(
            ["tests/with_postgresql.sh", "sh", "-c", 'echo "$DATABASE_URL"; read -r _'],
            cwd=CHECKOUT,
            env=os.environ | {"POSTGRESQL_DISK": str(disk)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        self.url = self._holder.stdout.readline().strip()
        self.folder = Path(parse_qs(urlsplit(self.url).query)["host"][0])
        self._bin = Path(f"/proc/{self._pid()}/exe").resolve().parent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate()  # closes its standard input

    def stop(self) -> None:
        """End all connections and stop, as a restart of the service does."""
        self._control("stop", "-m", "fast")

    def start(self) -> None:
        """Start again, unless it runs; return when it takes connections."""
        if self._control("status", check=False) != 0:
            options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
            self._control("start", "-l", str(self.folder / "log"), "-o", options)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement, run directly in the database."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def cut_connections(self) -> int:
        """End the connections of all clients; return how many there were."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return len(self.query(f"{ended} WHERE {others}"))

    def _pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def _control(self, *words: str, check: bool = True) -> int:
        command = [str(self._bin / "pg_ctl"), *words, "-D", str(self.folder / "data"), "-w", "-s"]
        owner = pwd.getpwuid((self.folder / "data").stat().st_uid).pw_name
        if os.geteuid() == 0:
            command = ["runuser", "-u", owner, "--", *command]
        return subprocess.run(command, check=check, cwd="/", stdout=subprocess.DEVNULL).returncode
