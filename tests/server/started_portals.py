"""Rows of a started portal, a time zone for it, and what a refused start prints."""

import subprocess
from datetime import UTC, datetime
from typing import IO

from tests.portal_process import CHECKOUT, PortalProcess

KEY = "".join(map(str, range(60)))


def refusal(portal: PortalProcess, *words: str, **environment: str) -> str:
    """Return the sentence that a refused command prints."""
    done = portal.manage(*(words or ("serve",)), **environment)
    assert done.returncode not in {0, None}
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def serving(portal: PortalProcess, *, stdout: int | IO[bytes]) -> "subprocess.Popen[str]":
    """Return a server that may not have started yet, with a pipe of its log."""
    return subprocess.Popen(
        portal.command("serve"),
        cwd=CHECKOUT,
        env=portal.environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def row_counts(portal: PortalProcess) -> list[int]:
    """Return the numbers of tenants, people and signing keys."""
    tables = ("tenant", "person", "signingkey")
    return [
        portal.query(f"SELECT count(*) FROM clients_app_{name}")[0][0]  # noqa: S608  words of the portal
        for name in tables
    ]


def zone_where_it_is_noon() -> str:
    """Return a time zone in which it is between 12:00 and 13:00: no day ends during a test."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"  # POSIX counts hours west of UTC
