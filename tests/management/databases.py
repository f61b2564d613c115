"""A portal whose database is moved: its rows, and requests while it moves."""

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

import requests

from clients_app.models import short_lived
from tests.background import Background
from tests.portal_process import PortalProcess

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3,6})?")


NOT_COMPARED = {
    "django_migrations",
    *("clients_app_auditevent", "clients_app_audithead"),  # each move is an event
    *(f"clients_app_{name}" for name in short_lived.NAMES),  # not copied
}


def rows(portal: PortalProcess) -> dict[str, list[str]]:
    """Return the rows of each table that the move copies, other than NOT_COMPARED."""
    found = {}
    for (table,) in portal.query(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if portal.database_url
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    ):
        if not table.startswith("sqlite_") and table not in NOT_COMPARED:
            found[table] = sorted(
                " ".join(map(_as_text, row))
                for row in portal.query(f"SELECT * FROM {table}")  # noqa: S608  a constant
            )
    return found


def _as_text(value: Any) -> str:
    """Return a value as text: JSON in the order of PostgreSQL, and six digits of each second.

    SQLite's own clock, of defaults in the database, writes three.
    """
    if isinstance(value, str) and MOMENT.fullmatch(value):
        value = datetime.fromisoformat(value).isoformat(timespec="microseconds")
    is_json = isinstance(value, str) and value.startswith("{")
    return json.dumps(json.loads(value) if is_json else value, sort_keys=True, default=str)


def last_number(portal: PortalProcess) -> int:
    """Return the last number that was given to a secret."""
    sequence = (
        "SELECT last_value FROM clients_app_clientsecret_id_seq"
        if portal.database_url
        else "SELECT seq FROM sqlite_sequence WHERE name = 'clients_app_clientsecret'"
    )
    return int(portal.query(sequence)[0][0])


def token_of(portal: PortalProcess, pair: tuple[str, str]) -> str:
    """Return an access token."""
    body, url = {"grant_type": "client_credentials"}, f"{portal.url}/identity/connect/token"
    return str(requests.post(url, body, auth=pair, timeout=30).json()["access_token"])


class Load(Background):
    """Token requests, and commands that add a client, until one is refused."""

    def __init__(self, portal: PortalProcess, pair: tuple[str, str]) -> None:
        super().__init__(self._ask, self._add)
        self.tokens: Counter[str] = Counter()
        self.added: list[str] = []
        self.refused: list[str] = []
        self._portal, self._pair = portal, pair

    def _ask(self) -> None:
        url = f"{self._portal.url}/identity/connect/token"
        body = {"grant_type": "client_credentials"}
        while not self.is_over.wait(0.02):
            answer = requests.post(url, body, auth=self._pair, timeout=30)
            self.tokens[str(answer.status_code)] += 1

    def _add(self) -> None:
        while not self.is_over.is_set() and not self.refused:
            name = f"Client {len(self.added)}"
            ended = self._portal.run("clients", "add", name)
            if ended.returncode == 0:
                self.added.append(name)
            else:
                self.refused.append(ended.stderr)
