"""`manage.py move-database`: every row, no change lost, and tokens all the time (AVA-20)."""

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import requests

from tests.backups import KEY, done, empty_tables, portal_with_tables, refused
from tests.journeys.add_by_http import new_form, send, signed_in
from tests.management.databases import Load, last_number, rows, token_of
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

CLOSED = {  # with a column of each
    "clients_app_audithead": "sequence",
    "clients_app_revokedtoken": "jti",
    "clients_app_authorization": "id",
    "clients_app_authorizationcode": "used_at",
    "clients_app_refreshtoken": "used_at",
    "clients_app_delivery": "attempts",
    "clients_app_linkrequest": "email",
}


class Target:
    """An empty database: of the kind that the tests run on, or a file of SQLite."""

    def __init__(self, folder: Path, *, is_file: bool = False) -> None:
        folder.mkdir(mode=0o700)
        self.data_dir = folder
        self.database_url = "" if is_file else empty_tables(folder)
        self.url = self.database_url or f"sqlite:///{folder / 'portal.sqlite3'}"

    def portal(self) -> PortalProcess:
        """Return a portal on it."""
        url = self.database_url
        return PortalProcess(self.data_dir, database_url=url, SECRET_KEY=KEY)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalProcess]:
    with closing(portal_with_tables(tmp_path / "var")) as made:
        yield made


@pytest.mark.postgresql
def test_move_there_and_back_keeps_every_row(portal: PortalProcess, tmp_path: Path) -> None:
    """On PostgreSQL: to SQLite and back."""
    filled = portal.manage("shell", "--verbosity=0", "--command=import tests.filled_tables")
    assert filled.returncode == 0, filled.stderr
    file, back = Target(tmp_path / "file", is_file=True), Target(tmp_path / "back")
    counts = json.loads(done(portal, "move-database", file.url, "--json").splitlines()[0])["Rows"]

    with closing(file.portal()) as middle, closing(back.portal()) as last:
        done(middle, "move-database", back.url)
        before, after = rows(portal), rows(last)
        assert after == before
        assert [table for table, found in before.items() if not found] == [
            "clients_app_auditsegment"  # of files in DATA_DIR
        ]
        assert {table: len(found) for table, found in before.items()}.items() <= counts.items()
        assert last_number(last) == last_number(portal)
        for one in (portal, middle, last):
            assert done(one, "activity", "verify").count(": whole") == len(
                after["clients_app_tenant"]
            )
        done(last, "clients", "add", "New", "--tenant", "Contoso")
        assert "append-only" in _delete_events(last)
        for table in CLOSED:
            assert "read-only" in _update(middle, table), table
            assert _update(last, table) == "", table
        counted = "SELECT sum(clients) FROM clients_app_clientcount"
        assert last.query(counted)[0][0] == portal.query(counted)[0][0] + 1


def _delete_events(portal: PortalProcess) -> str:
    return _error_of(portal, "DELETE FROM clients_app_auditevent")


def _update(portal: PortalProcess, table: str) -> str:
    """Return why no row of the table can be written; empty if it can."""
    statement = f"UPDATE {table} SET {CLOSED[table]} = {CLOSED[table]}"  # noqa: S608  constants
    return _error_of(portal, statement)


def _error_of(portal: PortalProcess, statement: str) -> str:
    code = (
        "from django.db import connection\nwith connection.cursor() as c:\n"
        f"    c.execute({statement!r})"
    )
    return portal.run("shell", "--verbosity=0", f"--command={code}").stderr


@pytest.mark.sweep(on="postgresql")
def test_move_while_serving_loses_no_change_and_no_token(
    portal: PortalProcess, tmp_path: Path
) -> None:
    portal.start()
    person = signed_in(portal)
    target = Target(tmp_path / "target", is_file=bool(portal.database_url))
    known = json.loads(done(portal, "clients", "add", "Reader", "--json"))
    pair = (known["client_id"], known["client_secret"])
    token = token_of(portal, pair)
    with Load(portal, pair) as load:
        wait_until(lambda: len(load.added) > 2)
        moved = portal.manage("move-database", target.url)
        assert moved.returncode == 0, moved.stderr
        wait_until(lambda: load.refused)
        tokens = load.tokens["200"]
        wait_until(lambda: load.tokens["200"] > tokens)
        _page_refuses_a_change(portal, person)
        _revocation_is_refused(portal, pair, token)
    portal.stop()

    assert set(load.tokens) == {"200"}
    assert "this database is read-only" in load.refused[0]
    with closing(target.portal()) as new:
        names = {name for (name,) in new.query("SELECT name FROM clients_app_client")}
        assert names == {"Reader", *load.added}
        done(new, "clients", "add", "Afterwards")
    assert "can be changed again" in done(portal, "move-database", "--open-again")
    done(portal, "clients", "add", "Afterwards")
    assert "whole" in done(portal, "activity", "verify")


def _page_refuses_a_change(portal: PortalProcess, person: requests.Session) -> None:
    page = person.get(f"{portal.url}/security/clients", timeout=30)
    assert page.status_code == 200
    assert send(person, portal, new_form("From a page")) is None


def _revocation_is_refused(portal: PortalProcess, pair: tuple[str, str], token: str) -> None:
    """The token would be good again in the new database."""
    url = f"{portal.url}/identity/connect/revocation"
    answer = requests.post(url, {"token": token}, auth=pair, timeout=30)
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert "Retry-After" in answer.headers


def test_move_that_is_killed_leaves_the_portal_as_it_was_or_read_only_until_it_is_repeated(
    portal: PortalProcess, tmp_path: Path
) -> None:
    done(portal, "tenants", "add", "Herons Ltd")
    target = Target(tmp_path / "target")
    moving = subprocess.Popen(
        portal.command("move-database", target.url),
        env=portal.environment,
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: _is_closed(portal) or moving.poll() is not None)
    moving.kill()
    moving.wait()

    with closing(target.portal()) as new:
        if not _has_tenant(new):  # it was killed before the end
            done(portal, "move-database", target.url)
        assert _has_tenant(new)
    assert "whole" in done(portal, "activity", "verify")


def _is_closed(portal: PortalProcess) -> bool:
    closed = "SELECT 1 FROM clients_app_auditevent WHERE action = 'installation.closed'"
    return bool(portal.query(closed))


def _has_tenant(portal: PortalProcess) -> bool:
    try:
        return bool(portal.query("SELECT 1 FROM clients_app_tenant"))
    except (sqlite3.Error, psycopg.Error):  # no tables yet
        return False


@pytest.mark.sweep(on="postgresql")
def test_move_is_refused_before_anything_changes(portal: PortalProcess, tmp_path: Path) -> None:
    done(portal, "tenants", "add", "Herons Ltd")
    foreign, full = tmp_path / "foreign.sqlite3", Target(tmp_path / "full")
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE orders (id integer)")
    own = portal.database_url or f"sqlite:///{portal.data_dir / 'portal.sqlite3'}"
    with closing(full.portal()) as other:
        done(other, "tenants", "add", "Herons Ltd")
        for url, sentence in (
            (f"sqlite:///{foreign}", "has tables of another program"),
            (full.url, "The database is not empty"),
            (own, "This is the database that the portal uses."),
            ("mysql://u:pw@h/d", "is neither PostgreSQL nor SQLite"),
            ("postgres://u:pw@127.0.0.1:1/d", "The database cannot be used"),
            ("", "Enter the URL of an empty database"),
        ):
            said = refused(portal, "move-database", url)
            assert sentence in said
            assert "pw@" not in said
    done(portal, "clients", "add", "Pump")
