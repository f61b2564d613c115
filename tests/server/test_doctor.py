"""`manage.py doctor`: a line for each thing, what to mend, and status 1 for an error (DEP-23)."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.backups import KEY, done, portal_with_tables
from tests.free_ports import free_port
from tests.portal_process import PASSWORD, PortalProcess

Report = dict[str, dict[str, Any]]
HTTPS = {"PUBLIC_URL": "https://portal.example.com", "TRUSTED_PROXIES": "127.0.0.1"}
START = """
from datetime import UTC, datetime
from clients_app.services.signing_keys.rotation import ensure_active_key
ensure_active_key(now=datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal that was set up, and that no browser can reach."""
    with closing(portal_with_tables(tmp_path_factory.mktemp("portal") / "var")) as made:
        done(made, "tenants", "add", "Herons Ltd")
        keyed = made.manage("shell", "--verbosity=0", f"--command={START}")
        assert keyed.returncode == 0, keyed.stderr
        yield made


def report(portal: PortalProcess, **environment: str) -> tuple[int, Report]:
    """Return the exit status, and the worst finding about each thing."""
    ended = portal.manage("doctor", "--json", **environment)
    assert "Traceback" not in ended.stderr, ended.stderr
    states = ["ok", "warning", "error"]
    found = sorted(
        map(json.loads, ended.stdout.splitlines()), key=lambda one: states.index(one["State"])
    )
    assert all(bool(one["Mend"]) == (one["State"] != "ok") for one in found)
    return ended.returncode, {one["About"]: one for one in found}


def states(found: Report) -> dict[str, str]:
    return {about: one["State"] for about, one in found.items() if one["State"] != "ok"}


@pytest.mark.sweep(on="postgresql")
def test_doctor_of_a_well_portal_has_no_advice(portal: PortalProcess) -> None:
    status, found = report(portal, **HTTPS, BACKUP_IDENTITY="")

    assert states(found) == {}
    assert status == 0
    assert {"settings", "database", "migrations", "clock", "keys", "SECRET_KEY"} <= found.keys()
    assert {"audit chain", "permissions", "DATA_DIR", "disk", "cache", "mail"} <= found.keys()
    assert ("connections" in found) == bool(portal.database_url)


@pytest.mark.one_database
def test_doctor_finds_each_thing_that_is_wrong(portal: PortalProcess, tmp_path: Path) -> None:
    away = f"127.0.0.1:{free_port()}"
    data_dir = tmp_path / "var"
    shutil.copytree(portal.data_dir, data_dir)
    data_dir.chmod(0o755)
    (data_dir / "portal.sqlite3").chmod(0o644)
    shutil.rmtree(data_dir / "audit-heads")
    (data_dir / "audit-heads").touch(0o600)  # in the place of a folder
    _make_late_and_cut_off(data_dir / "portal.sqlite3")
    status, found = report(
        portal,
        DATA_DIR=str(data_dir),
        PUBLIC_URL="https://portal.example.com",
        CACHE_URL=f"rediscache://{away}/1",
        MAIL_URL=f"smtp://{away}",
        SECRET_KEY=f"{KEY}-other",
        BACKUP_RECIPIENTS="",
    )

    assert status == 1
    assert states(found) == {
        "settings": "error",
        "keys": "error",
        "SECRET_KEY": "warning",
        "audit chain": "error",
        "permissions": "warning",
        "DATA_DIR": "error",
        "cache": "warning",
        "mail": "error",
        "webhook of Herons Ltd": "error",
        "worker": "error",
        "backups": "warning",
    }
    assert "OUTGOING_ALLOWED_HOSTS" in found["webhook of Herons Ltd"]["Mend"]
    assert "audit-heads: File exists" in found["DATA_DIR"]["Text"]
    assert "Let the user of the service read and write it" in found["DATA_DIR"]["Mend"]
    assert "chmod o=" in found["permissions"]["Mend"]


def _make_late_and_cut_off(file: Path) -> None:
    """Change rows as a crash or an intruder would."""
    with closing(sqlite3.connect(file)) as database, database:
        [tenant] = database.execute("SELECT id FROM clients_app_tenant").fetchone()
        database.execute("UPDATE clients_app_audithead SET sequence = 1")
        database.execute("INSERT INTO clients_app_session VALUES ('old', '', '2020-01-01', NULL)")
        database.execute(
            "INSERT INTO clients_app_noticechannel"
            " (tenant_id, channel, settings, shown, salt, key_id, set_at, set_by)"
            " VALUES (?, 'webhook', ?, 'x', x'', '', '2026-01-01', 'mara')",
            [tenant, json.dumps({"url": "https://127.0.0.1/hook"})],
        )


@pytest.mark.sweep
@pytest.mark.one_database
def test_doctor_works_while_the_database_is_away_or_of_another_version(
    portal: PortalProcess, tmp_path: Path
) -> None:
    url = f"postgres://portal:{PASSWORD}@127.0.0.1:{free_port()}/portal"
    ended = portal.manage("doctor", DATABASE_URL=url)
    assert ended.returncode == 1
    assert "error    database: it does not answer: " in ended.stdout
    assert "ok       permissions: " in ended.stdout
    assert PASSWORD not in ended.stdout + ended.stderr

    with closing(sqlite3.connect(tmp_path / "empty.sqlite3")) as database:
        database.execute("VACUUM")
    status, found = report(portal, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert status == 1
    assert "manage.py migrate" in found["migrations"]["Mend"]
    assert found["keys"]["State"] == "error"


@pytest.mark.sweep
@pytest.mark.one_database
def test_doctor_finds_a_damaged_file(portal: PortalProcess, tmp_path: Path) -> None:
    file = tmp_path / "portal.sqlite3"
    with closing(sqlite3.connect(portal.data_dir / file.name)) as own:
        own.execute("VACUUM INTO ?", [str(file)])
    whole = file.read_bytes()
    page = 4096
    for first, last in ((0, 60), (60, 70)):  # with the tables' names; rows or an index only
        file.write_bytes(
            whole[: first * page] + b"\x55" * (last - first) * page + whole[last * page :]
        )
        status, found = report(portal, DATABASE_URL=f"sqlite:///{file}", **HTTPS)
        assert status == 1
        assert found["database"]["State"] == "error"
        assert "restore a backup" in found["database"]["Mend"]
