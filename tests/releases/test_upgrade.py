"""From a filled database of each former release to this version, and back (AVA-8)."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import requests
from django.db import connection

from clients_app import data_files
from clients_app.models.short_lived import NAMES
from tests.portal_process import CHECKOUT, PortalProcess
from tests.prepared_portal import prepared_portal
from tests.releases import SECRET_KEY, folder_of, read_dump
from tests.releases.dumps import load, rows_of
from tests.releases.filling import token

RELEASES = sorted(path.parent.name for path in folder_of("").glob("*/sqlite.json"))
#: which Django fills after each migration, and which our trigger fills
FILLED_BY_ITSELF = {
    *("django_migrations", "django_content_type", "auth_permission"),
    "clients_app_clientcount",
}


class Upgraded(NamedTuple):
    """A portal of this version on the database of a release, and what is known about that."""

    portal: PortalProcess
    known: dict[str, Any]
    dump: str

    def run(self, *words: str) -> str:
        done = self.portal.run(*words)
        assert done.returncode == 0, (words, done.stderr)
        return done.stdout


@pytest.fixture(scope="module", params=RELEASES)
def upgraded(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    folder, name = folder_of(request.param), connection.vendor
    portal = PortalProcess(tmp_path_factory.mktemp("upgrade") / "var", SECRET_KEY=SECRET_KEY)
    del portal.environment["PORTAL_ADMIN_PASSWORD"]
    dump = read_dump(request.param, name)
    load(dump, portal)
    portal.data_dir.mkdir(mode=0o700, exist_ok=True)
    copy_static_files(portal.data_dir)
    with portal:
        yield Upgraded(portal, json.loads((folder / f"{name}.json").read_text()), dump)


def copy_static_files(folder: Path) -> None:
    for name in (data_files.STATIC_ROOT, data_files.STATIC_FINGERPRINT):
        subprocess.run(["cp", "-a", prepared_portal().data_dir / name, folder], check=True)


def test_secrets_of_a_former_release_are_accepted_and_refused_as_before(upgraded: Upgraded) -> None:
    portal, known = upgraded.portal, upgraded.known

    assert {name: token(portal, client).status_code for name, client in known["good"].items()} == (
        dict.fromkeys(known["good"], 200)
    )
    assert {token(portal, client).status_code for client in known["refused"].values()} == {401}


def test_chain_of_a_former_release_verifies_and_goes_on(upgraded: Upgraded) -> None:
    events = "SELECT count(*) FROM clients_app_auditevent"
    [(before,)] = upgraded.portal.query(events)
    assert before >= len(rows_of(upgraded.dump)["clients_app_auditevent"])

    upgraded.run("activity", "verify")
    upgraded.run(
        "clients", "edit", "Dashboard", "--description", "Upgraded", "--tenant", "Herons Ltd"
    )
    upgraded.run("activity", "verify")
    assert upgraded.portal.query(events) == [(before + 1,)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/security/clients", "Pump station 14"),
        ("/security/clients?type=hybrid", "Back office"),
        ("/security/activity", "Pump station 14"),
        ("/security/roles", "Meter reader"),
        ("/security/apis", "urn:herons:orders"),
        ("/security/users", "jonas"),
        ("/admin/clients_app/signingkey/", "active"),
    ],
)
def test_lists_of_a_former_release_are_shown(upgraded: Upgraded, path: str, shown: str) -> None:
    session, url = requests.Session(), f"{upgraded.portal.url}/sign-in"
    form = {"login": upgraded.known["username"], "password": upgraded.known["password"]}
    session.get(url, timeout=30)
    session.post(url, form | {"csrfmiddlewaretoken": session.cookies["csrftoken"]}, timeout=30)

    page = session.get(f"{upgraded.portal.url}{path}", timeout=30)

    assert (page.status_code, shown in page.text) == (200, True), page.url


def schema_of(portal: PortalProcess) -> set[tuple[Any, ...]]:
    """Return all columns, indexes, constraints and triggers by name, with what they do.

    PostgreSQL writes conditions in another way after pg_dump, so there the names must do.
    """
    if portal.database_url:
        columns = (
            "SELECT 'column', table_name, column_name, data_type, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
        indexes = "SELECT 'index', tablename, indexname FROM pg_indexes WHERE schemaname = 'public'"
        constraints = (
            "SELECT 'constraint', conrelid::regclass::text, conname, contype::text "
            "FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
        triggers = "SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        unlogged = "SELECT 'kept', relname, relpersistence::text FROM pg_class WHERE relkind = 'r'"
        statements = (columns, indexes, constraints, triggers, unlogged)
        return {row for statement in statements for row in portal.query(statement)}
    columns = (
        "SELECT 'column', m.name, i.name, i.type, i.\"notnull\", i.dflt_value "
        "FROM sqlite_master m JOIN pragma_table_xinfo(m.name) i WHERE m.type = 'table'"
    )
    others = "SELECT type, tbl_name, sql FROM sqlite_master WHERE type <> 'table'"
    checks = "SELECT 'checks', name, sql FROM sqlite_master WHERE type = 'table'"
    found = {row for statement in (columns, others) for row in portal.query(statement)}
    for kind, name, sql in portal.query(checks):  # the columns may be in another order
        found |= {(kind, name, check) for check in re.findall(r'CONSTRAINT "(\w+)"', sql)}
    return found


def test_upgraded_database_is_as_a_new_one(upgraded: Upgraded) -> None:
    """SQLite copies a table for most changes, and the triggers of the old one are lost."""
    made = prepared_portal()

    assert schema_of(upgraded.portal) ^ schema_of(made) == set()


def test_rows_that_the_code_of_a_release_writes_fit_todays_tables(
    upgraded: Upgraded, tmp_path: Path
) -> None:
    """A node of that release writes them while a node of this version has migrated already: no
    table or column that it names is gone, and no column that it does not name lacks a default."""
    rows = rows_of(upgraded.dump)
    written = [row for table in sorted(rows.keys() - FILLED_BY_ITSELF) for row in rows[table]]
    assert len(written) > 100

    like = prepared_portal()
    if like.database_url:
        with psycopg.connect(like.database_url) as database:
            database.execute("SET session_replication_role = replica")  # rows in any order
            for row in written:
                database.execute(row.encode())
            database.rollback()
    else:
        with closing(sqlite3.connect(like.data_dir / data_files.DATABASE)) as database:
            database.execute("BEGIN")
            for row in written:
                database.execute(row)
            database.rollback()


#: what 0.2.0 would take for something else: rows of two keys in one hour, and new causes
NEW_ROWS = """
import django; django.setup()
from datetime import UTC, datetime
from clients_app.models import Client, ClientKey, Delivery, Notice, TokenRefusal, TokenUsage
now = datetime.now(UTC)
client = Client.objects.filter(removed_at=None).first()
for name in "ab":
    key = ClientKey.objects.create(
        client=client, jwk={}, thumbprint=name, created_at=now, created_by=name
    )
    TokenUsage.objects.create(client=client, key=key, hour=now, last_at=now)
    Notice.objects.create(tenant=client.tenant, key=key, expires_at=now, days=7, sent_at=now)
TokenRefusal.objects.create(
    client=client, cause="unknown-key", day=now.date(), requests=1, first_at=now, last_at=now
)
Delivery.objects.create(
    tenant=client.tenant, channel="mail", recipient="x", secrets=[{"key_id": 1}],
    created_at=now, try_at=now,
)
"""


def add_new_rows(portal: PortalProcess) -> None:
    environment = portal.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", NEW_ROWS]
    subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, timeout=60)


#: parts of upserts that fail, and why that is right all the same
FAILING = {
    "(client_id, hour) WHERE secret_id IS NULL": "rows of keys have no secret, too: old nodes keep "
    "the counts of public clients in memory until they stop",
}


@pytest.mark.parametrize("release", RELEASES)
def test_upserts_of_the_code_of_a_release_fit_todays_tables(release: str) -> None:
    """A node of that release writes its counts with them: each names a unique constraint."""
    known = json.loads((folder_of(release) / "upserts.json").read_text())
    upserts = [one for one in known if not re.search(rf"clients_app_({'|'.join(NAMES)})\b", one)]
    assert len(upserts) > 5

    portal = prepared_portal()
    for upsert in upserts:
        if any(part in upsert for part in FAILING):
            continue
        portal.query(f"EXPLAIN {upsert.replace('%s', 'NULL')}")


def test_going_back_keeps_every_row_of_the_release(upgraded: Upgraded) -> None:
    """Its last migration is the target of `manage.py migrate`, as docs/upgrade.md says."""
    portal, rows = upgraded.portal, rows_of(upgraded.dump)
    last = re.findall(r"'clients_app', '(\w+)'", "".join(rows["django_migrations"]))[-1]
    portal.stop()
    add_new_rows(portal)

    upgraded.run("migrate", "clients_app", last)

    applied = "SELECT name FROM django_migrations WHERE app = 'clients_app' ORDER BY name DESC"
    assert portal.query(applied)[0] == (last,)
    for table in ("client", "clientsecret", "person", "role", "api", "auditevent", "signingkey"):
        name = f"clients_app_{table}"
        [(count,)] = portal.query(f"SELECT count(*) FROM {name}")  # noqa: S608  names of tables
        assert count >= len(rows[name]), table
    assert portal.query(
        "SELECT count(*) FROM clients_app_tokenrefusal WHERE cause LIKE '%key'"
    ) == [(0,)]
    assert portal.query("SELECT count(*) FROM clients_app_delivery WHERE recipient = 'x'") == [(0,)]
    portal.start()
    assert token(portal, upgraded.known["good"]["pump"]).status_code == 200
    upgraded.run("activity", "verify")
