"""`manage.py backup`: a file that is whole or not there, for its owner alone (AVA-7)."""

import signal
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.backups import done, empty_portal, make_large, plain, portal_with_tables, refused
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

SEAL = """
from datetime import UTC, datetime
from clients_app.models import Tenant
from clients_app.services.activity.archive import seal_segment
from tests.actors import command_line_in
now = datetime.now(UTC)
assert seal_segment(before=now, actor=command_line_in(Tenant.objects.get()), now=now)
"""


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
def test_backup_follows_no_link_and_opens_no_file_to_others(
    portal: PortalProcess, tmp_path: Path
) -> None:
    """Who may write to the folder can put something in the place of the unfinished file."""
    path, other = tmp_path / "backup.age", tmp_path / "other"
    other.write_text("kept")
    path.with_name("backup.age.partial").symlink_to(other)
    assert "cannot be written" in refused(portal, "backup", path)
    assert other.read_text() == "kept"

    path.with_name("backup.age.partial").unlink()
    path.with_name("backup.age.partial").touch(0o644)
    done(portal, "backup", path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.one_database
def test_backup_on_a_full_disk_leaves_no_file(portal: PortalProcess, tmp_path: Path) -> None:
    """A limit of the size of files stands for the disk; the shared memory of SQLite fits."""
    make_large(portal)
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
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
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


@pytest.mark.sweep
@pytest.mark.one_database
def test_sealed_events_are_part_of_the_backup(tmp_path: Path) -> None:
    path = tmp_path / "backup.age"
    with closing(portal_with_tables(tmp_path / "var")) as portal:
        done(portal, "tenants", "add", "Herons Ltd")
        sealed = portal.manage("shell", "--verbosity=0", f"--command={SEAL}")
        assert sealed.returncode == 0, sealed.stderr
        done(portal, "backup", path)
        with closing(empty_portal(tmp_path / "new")) as new:
            assert "whole" in done(new, "restore", path)
            assert "whole" in done(new, "activity", "verify")
            [file] = (new.data_dir / "audit-segments").rglob("*.gz")
            assert file.stat().st_mode & 0o777 == 0o600
        [lost] = (portal.data_dir / "audit-segments").rglob("*.gz")
        lost.unlink()
        assert f"DATA_DIR lacks {lost}" in refused(portal, "backup", tmp_path / "other.age")
        assert not (tmp_path / "other.age").exists()
