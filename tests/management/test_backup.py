"""`manage.py backup` and `restore`: a file that is whole or not there, and refusals (AVA-7)."""

import gzip
import os
import secrets
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from tests.backups import IDENTITY, done, empty_portal, portal_with_tables, refused
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

OTHER = pyrage.x25519.Identity.generate()
NAMES = "SELECT name FROM clients_app_client"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with a client, which is not started."""
    made = portal_with_tables(tmp_path_factory.mktemp("portal") / "var")
    done(made, "tenants", "add", "Herons Ltd")
    done(made, "clients", "add", "Pump")
    yield made
    made.close()


@pytest.fixture(scope="module")
def backup(portal: PortalProcess) -> Path:
    """A backup of it."""
    path = portal.data_dir.with_name("backup.age")
    done(portal, "backup", path)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[PortalProcess]:
    """A portal without a database."""
    made = empty_portal(tmp_path / "new")
    yield made
    made.close()


def plain(backup: Path) -> bytes:
    return gzip.decompress(pyrage.decrypt(backup.read_bytes(), [IDENTITY]))


def encrypted(content: bytes) -> bytes:
    return pyrage.encrypt(gzip.compress(content), [IDENTITY.to_public()])


def nothing_was_written(portal: PortalProcess) -> bool:
    if portal.database_url:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        return portal.query(tables) == [(0,)]
    return not (portal.data_dir / "portal.sqlite3").exists()


@pytest.mark.one_database
def test_backup_is_for_its_owner_alone_and_does_not_hold_the_secret_key(
    portal: PortalProcess, backup: Path
) -> None:
    content = plain(backup)

    assert backup.stat().st_mode & 0o777 == 0o600
    assert b"Pump" in content
    assert portal.environment["SECRET_KEY"].encode() not in content
    assert b"Pump" not in backup.read_bytes()
    assert [path.name for path in backup.parent.glob("backup*")] == ["backup.age"]


@pytest.mark.one_database
def test_backup_needs_a_public_key_and_a_new_name(portal: PortalProcess, backup: Path) -> None:
    new = backup.with_name("new.age")

    assert "exists. Choose another name" in refused(portal, "backup", backup)
    assert "--new-key" in refused(portal, "backup", new, BACKUP_RECIPIENTS="")
    said = refused(portal, "backup", new, BACKUP_RECIPIENTS="age1x")
    assert "BACKUP_RECIPIENTS has something else than public keys of age" in said
    wrong = f"age1{'q' * 58}"
    assert "public key that is none" in refused(portal, "backup", new, BACKUP_RECIPIENTS=wrong)
    assert "No such file" in refused(portal, "backup", "/nowhere/backup.age")
    assert not new.exists()


@pytest.mark.one_database
def test_new_key_reads_backups_that_are_made_for_it(portal: PortalProcess, tmp_path: Path) -> None:
    key, file = tmp_path / "key.txt", tmp_path / "backup.age"
    made = portal.manage("backup", "--new-key", str(key))
    public = made.stdout.rpartition("BACKUP_RECIPIENTS=")[2].strip()
    assert portal.manage("backup", str(file), BACKUP_RECIPIENTS=public).returncode == 0

    assert key.stat().st_mode & 0o777 == 0o600
    own = {"BACKUP_IDENTITY": "", "BACKUP_IDENTITY_FILE": str(key)}
    checked = portal.manage("restore", str(file), "--check", **own)
    assert "The backup is whole." in checked.stdout
    assert "encrypted to another key" in refused(portal, "restore", file, "--check")


@pytest.mark.one_database
def test_backup_on_a_full_disk_leaves_no_file(portal: PortalProcess, tmp_path: Path) -> None:
    """A limit of the size of files stands for the disk; the shared memory of SQLite fits."""
    with closing(sqlite3.connect(portal.data_dir / "portal.sqlite3")) as database, database:
        statement = "INSERT INTO clients_app_session VALUES ('large', ?, '2999-01-01', NULL)"
        database.execute(statement, [secrets.token_hex(400_000)])
    limited = f'ulimit -f 100; exec "$0" "$@" backup {tmp_path / "backup.age"}'
    words = ["bash", "-c", limited, *portal.command()]
    ended = subprocess.run(
        words, env=portal.environment, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1, ended.stderr
    assert "cannot be written (File too large), so there is no such file." in ended.stderr
    assert [*tmp_path.iterdir()] == []
    assert portal.run("backup", str(tmp_path / "backup.age")).returncode == 0


@pytest.mark.one_database
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_backup_that_is_ended_leaves_no_backup_and_the_next_one_works(
    portal: PortalProcess, tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "backup.age"
    writing = subprocess.Popen(portal.command("backup", str(path)), env=portal.environment)
    wait_until(lambda: path.with_name("backup.age.partial").exists() or path.exists())
    writing.send_signal(number)
    status = writing.wait()

    if status != 0:
        assert not path.exists()
        assert number == signal.SIGKILL or [*tmp_path.iterdir()] == []
    path.unlink(missing_ok=True)
    done(portal, "backup", path)
    assert [one.name for one in tmp_path.iterdir()] == ["backup.age"]


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
def test_restore_without_the_right_keys_or_version_writes_nothing(
    backup: Path, empty: PortalProcess, tmp_path: Path
) -> None:
    newer = tmp_path / "newer"
    newer.write_bytes(encrypted(plain(backup).replace(b"0001_initial", b"0009_new", 1)))
    for words, environment, sentence in (
        ([backup], {"BACKUP_IDENTITY": ""}, "Set BACKUP_IDENTITY_FILE to the file"),
        ([backup], {"BACKUP_IDENTITY": "x"}, "BACKUP_IDENTITY is no private key."),
        ([backup], {"BACKUP_IDENTITY": str(OTHER)}, "is encrypted to another key."),
        ([backup], {"SECRET_KEY": "k" * 40 + "other-key-"}, "belongs to another SECRET_KEY"),
        ([backup], {"SECRET_KEY": ""}, "There is no "),
        ([newer], {}, "Restore it with that version, then upgrade."),
        (["/nowhere/backup"], {}, "/nowhere/backup cannot be read (No such file"),
        ([backup, "--events", "/nowhere/e"], {}, "/nowhere/e cannot be read (No such file"),
    ):
        assert sentence in refused(empty, "restore", *words, **environment)
    done(empty, "restore", backup)
    assert empty.query(NAMES) == [("Pump",)]


def test_restore_refuses_a_database_with_rows_and_a_second_restore(
    portal: PortalProcess, backup: Path, empty: PortalProcess
) -> None:
    assert "The database is not empty" in refused(portal, "restore", backup)
    done(empty, "restore", backup)
    before = empty.dump_of_every_table()

    assert "The database is not empty" in refused(empty, "restore", backup)
    assert empty.dump_of_every_table() == before


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
