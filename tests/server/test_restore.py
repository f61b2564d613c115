"""What a restored backup forgets, as docs/operations.md says (AVA-7)."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal

pytestmark = pytest.mark.one_database  # it copies SQLite's file
KEY = "".join(map(str, range(60)))


def test_restored_backup_forgets_what_came_later_and_says_so(tmp_path: Path) -> None:
    portal = PortalProcess(tmp_path / "var", like=prepared_portal(), SECRET_KEY=KEY)
    file, backup = portal.data_dir / "portal.sqlite3", tmp_path / "backup.sqlite3"
    assert portal.manage("tenants", "add", "Herons Ltd").returncode == 0
    added = json.loads(portal.manage("clients", "add", "Pump", "--json").stdout)
    with closing(sqlite3.connect(file)) as own, closing(sqlite3.connect(backup)) as copy:
        own.backup(copy)
    ends = "SELECT expires_at FROM clients_app_clientsecret ORDER BY id"
    before = portal.query(ends)
    rotated = portal.manage("clients", "rotate", added["client_id"], "--old-ends", "now")
    assert rotated.returncode == 0, rotated.stderr
    assert portal.query(ends)[0] != before[0]

    for leftover in portal.data_dir.glob("portal.sqlite3-*"):
        leftover.unlink()
    file.write_bytes(backup.read_bytes())

    assert portal.query(ends) == before  # the old secret lives again, the new one is unknown
    verified = portal.manage("activity", "verify")
    assert verified.returncode == 1
    assert "missing" in verified.stdout
