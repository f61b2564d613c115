"""Clients of each kind in a running portal, added on its command line."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace

import psycopg
import pytest

from tests.portal_apis import PortalApis, add_apis
from tests.portal_process import PortalProcess
from tests.prepared_portal import new_portal

MACHINES = {
    "good": "",
    "hybrid": "UPDATE clients_app_client SET client_type = 'hybrid' WHERE name = 'hybrid'",
    "disabled": "UPDATE clients_app_client SET is_enabled = {false} WHERE name = 'disabled'",
    "removed": "UPDATE clients_app_client SET removed_at = created_at WHERE name = 'removed'",
    "expired": "UPDATE clients_app_clientsecret SET created_at = '2020-01-01 00:00:00+00:00', "
    "expires_at = '2020-01-02 00:00:00+00:00' WHERE client_id = "
    "(SELECT id FROM clients_app_client WHERE name = 'expired')",
    "retired": "UPDATE clients_app_clientsecret SET removed_at = created_at WHERE client_id = "
    "(SELECT id FROM clients_app_client WHERE name = 'retired')",
}


@pytest.fixture(scope="session")
def token_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal that trusts X-Forwarded-For, so that a test can use any address."""
    yield from new_portal(tmp_path_factory.mktemp("tokens"), TRUSTED_PROXIES="127.0.0.1")


@pytest.fixture(scope="session")
def portal_apis(token_portal: PortalProcess) -> PortalApis:
    """APIs of its tenant, and their clients."""
    return add_apis(token_portal, "third-party")


@pytest.fixture(scope="session")
def machines(token_portal: PortalProcess) -> SimpleNamespace:
    """A client of each kind in the running portal."""
    made = SimpleNamespace()
    for name, change in MACHINES.items():
        added = json.loads(token_portal.run("clients", "add", name, "--json").stdout)
        machine = SimpleNamespace(id=added["client_id"], plain=added["client_secret"])
        setattr(made, name, machine)
        if change:
            execute(token_portal, change)
    return made


def execute(portal: PortalProcess, statement: str) -> None:
    if portal.database_url:
        with psycopg.connect(portal.database_url) as connection:
            connection.execute(statement.replace("{false}", "false"))
    else:
        file = portal.data_dir / "portal.sqlite3"
        with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
            connection.execute(statement.replace("{false}", "0").replace("+00:00", ""))
