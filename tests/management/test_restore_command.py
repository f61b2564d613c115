"""`manage.py restore`: proves the backup, then fills an empty database or nothing (AVA-7)."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from tests.backups import (
    IDENTITY,
    done,
    empty_portal,
    encrypted,
    make_large,
    plain,
    portal_with_tables,
    proved,
    refused,
)
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

OTHER = pyrage.x25519.Identity.generate()
NAMES = "SELECT name FROM clients_app_client"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[PortalProcess]:
    """A portal without a database."""
    made = empty_portal(tmp_path / "new")
    yield made
    made.close()


def nothing_was_written(portal: PortalProcess) -> bool:
    if portal.database_url:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        return portal.query(tables) == [(0,)]
    return not (portal.data_dir / "portal.sqlite3").exists()


@pytest.mark.one_database
def test_restore_of_a_damaged_file_writes_nothing(
    backup: Path, empty: PortalProcess, tmp_path: Path
) -> None:
    good, content = backup.read_bytes(), plain(backup)
    lines = content.splitlines(keepends=True)
    row = next(line for line in lines if line.startswith(b"["))
    middle = len(good) // 2
    damaged = {
        "a byte": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "cut off": good[:-1],
        "cut in the header": good[:50],
        "empty": b"",
        "another file": b"SQLite format 3\0" * 100,
        "no end": encrypted(content.removesuffix(lines[-1])),
        "a row is missing": encrypted(content.replace(row, b"", 1)),
        "another format": encrypted(content.replace(b"backup 1", b"backup 9", 1)),
        "a forged row": encrypted(content.replace(b"Pump", b"Fake")),
        "without a proof": encrypted(content.replace(b'"proof"', b'"other"')),
        "no lines": encrypted(b"Pump"),
        "not compressed": pyrage.encrypt(b"Pump", [IDENTITY.to_public()]),
    }
    for name, file in damaged.items():
        path = tmp_path / name
        path.write_bytes(file)
        said = empty.run("restore", str(path))
        assert said.returncode == 1, name
        assert "is damaged, incomplete or no backup (" in said.stderr, (name, said.stderr)
        assert "Traceback" not in said.stderr
        assert nothing_was_written(empty)


@pytest.mark.one_database
def test_check_says_whether_the_installation_wrote_the_backup(
    backup: Path, empty: PortalProcess
) -> None:
    """Anyone can encrypt to a public key."""
    assert "An installation with this SECRET_KEY wrote it." in done(
        empty, "restore", backup, "--check"
    )
    elsewhere = empty.manage("restore", str(backup), "--check", SECRET_KEY="k" * 40 + "other-key-")
    assert elsewhere.returncode == 0, elsewhere.stderr
    assert "Who wrote it is not proved" in elsewhere.stdout


@pytest.mark.one_database
def test_restore_without_the_right_keys_or_version_writes_nothing(
    backup: Path, empty: PortalProcess, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    other_tables = plain(backup).replace(b"0001_initial", b"0009_new", 1)
    newer.write_bytes(encrypted(proved(other_tables)))
    nobodys = tmp_path / "nobodys"
    nobodys.write_bytes(encrypted(plain(backup).replace(b'"under"', b'"other"', 1)))
    for words, environment, sentence in (
        ([backup], {"BACKUP_IDENTITY": ""}, "Set BACKUP_IDENTITY_FILE to the file"),
        ([backup], {"BACKUP_IDENTITY": "x"}, "BACKUP_IDENTITY is no private key."),
        ([backup], {"BACKUP_IDENTITY": str(OTHER)}, "is encrypted to another key."),
        ([backup], {"SECRET_KEY": "k" * 40 + "other-key-"}, "belongs to another SECRET_KEY"),
        ([backup], {"SECRET_KEY": ""}, "There is no "),
        ([nobodys], {}, "belongs to another SECRET_KEY"),
        ([newer], {}, "Restore it with that version, then upgrade."),
        (["/nowhere/backup"], {}, "/nowhere/backup cannot be read (No such file"),
        ([backup, "--events", "/nowhere/e"], {}, "/nowhere/e cannot be read (No such file"),
    ):
        assert sentence in refused(empty, "restore", *words, **environment)
        assert nothing_was_written(empty), sentence
    done(empty, "restore", backup)
    assert empty.query(NAMES) == [("Pump",)]


@pytest.mark.sweep
@pytest.mark.one_database
def test_restore_refuses_a_database_with_rows_and_a_second_restore(
    portal: PortalProcess, backup: Path, empty: PortalProcess
) -> None:
    assert "The database is not empty" in refused(portal, "restore", backup)
    done(empty, "restore", backup)
    before = empty.dump_of_every_table()

    assert "The database is not empty" in refused(empty, "restore", backup)
    assert empty.dump_of_every_table() == before


@pytest.mark.sweep
@pytest.mark.postgresql
def test_restore_into_the_other_kind_of_database(backup: Path, tmp_path: Path) -> None:
    """On PostgreSQL: into SQLite."""
    with closing(empty_portal(tmp_path / "file", database_url="")) as file:
        done(file, "restore", backup)
        assert file.query(NAMES) == [("Pump",)]
        assert "whole" in done(file, "activity", "verify")
        done(file, "clients", "add", "Next")


@pytest.mark.one_database
def test_restore_on_a_full_disk_changes_nothing(portal: PortalProcess, tmp_path: Path) -> None:
    make_large(portal)
    done(portal, "backup", tmp_path / "large.age")
    with closing(portal_with_tables(tmp_path / "var")) as full:
        limited = f'ulimit -f 400; exec "$0" "$@" restore {tmp_path / "large.age"}'
        words = ["bash", "-c", limited, *full.command()]
        ended = subprocess.run(
            words, env=full.environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 1, ended.stdout
        assert "Traceback" not in ended.stderr
        assert full.query(NAMES) == []
        done(full, "restore", tmp_path / "large.age")
        assert full.query(NAMES) == [("Pump",)]


@pytest.mark.sweep(on="postgresql")
def test_restore_that_is_killed_can_be_repeated(backup: Path, empty: PortalProcess) -> None:
    restoring = subprocess.Popen(
        empty.command("restore", str(backup)), env=empty.environment, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: restoring.poll() is not None or not nothing_was_written(empty))
    os.kill(restoring.pid, signal.SIGKILL)
    restoring.wait()

    again = empty.manage("restore", str(backup))
    assert again.returncode == 0 or "not empty" in again.stderr, again.stderr
    assert empty.query(NAMES) == [("Pump",)]
    assert "whole" in done(empty, "activity", "verify")
