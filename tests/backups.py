"""Portals that back up, and others in which a backup is restored."""

import gzip
import hmac
import json
import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pyrage
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clients_app import data_files
from tests.portal_database import new_database
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal

KEY: Final = "".join(map(str, range(60)))  # SECRET_KEY
IDENTITY: Final = pyrage.x25519.Identity.generate()
SETTINGS: Final = {
    "SECRET_KEY": KEY,
    "BACKUP_RECIPIENTS": str(IDENTITY.to_public()),
    "BACKUP_IDENTITY": str(IDENTITY),
}


def portal_with_tables(folder: Path, **environment: str) -> PortalProcess:
    """Return a portal that can back up, without a tenant and a worker; it is not started."""
    like = prepared_portal()
    return PortalProcess(folder, like=like, has_worker=False, **SETTINGS | environment)


def portal_with_client(folder: Path) -> PortalProcess:
    """Return the same with the client Pump."""
    made = portal_with_tables(folder)
    done(made, "tenants", "add", "Herons Ltd")
    done(made, "clients", "add", "Pump")
    return made


def empty_portal(
    folder: Path, *, database_url: str | None = None, **environment: str
) -> PortalProcess:
    """Return a portal without a database, but with the keys to restore one.

    An empty ``database_url`` is SQLite, whatever the tests run on.
    """
    settings = SETTINGS | environment
    return PortalProcess(folder, database_url=database_url, has_worker=False, **settings)


def empty_tables(folder: Path) -> str:
    """Make a database that has tables and no rows, with its file in ``folder``, or return its URL.

    It saves the seconds that migrations take.
    """
    prepared = prepared_portal()
    if not prepared.database_url:
        shutil.copy(prepared.data_dir / data_files.DATABASE, folder)
    return new_database(prepared.database_url)


def without_database(portal: PortalProcess) -> PortalProcess:
    """Return a portal with the DATA_DIR of a stopped one, whose database is lost."""
    moved = portal.data_dir.with_name(f"{portal.data_dir.name}-again")
    lost = shutil.ignore_patterns("portal.sqlite3*", "short-lived*")
    shutil.copytree(portal.data_dir, moved, ignore=lost)
    stream = portal.environment.get("AUDIT_STREAM", "")
    return empty_portal(moved, database_url=empty_tables(moved), AUDIT_STREAM=stream)


def done(portal: PortalProcess, *words: Any) -> str:
    """Run a command that must succeed; return what it printed."""
    ended = portal.run(*map(str, words))
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout


def refused(portal: PortalProcess, *words: Any, **environment: str) -> str:
    """Run a command that must be refused; return its sentence."""
    command = portal.manage if environment else portal.run
    ended = command(*map(str, words), **environment)
    assert ended.returncode == 1, ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr
    return ended.stderr


def plain(backup: Path) -> bytes:
    """Return the lines of a backup."""
    return gzip.decompress(pyrage.decrypt(backup.read_bytes(), [IDENTITY]))


def encrypted(content: bytes) -> bytes:
    """Return a backup with these lines."""
    return pyrage.encrypt(gzip.compress(content), [IDENTITY.to_public()])


def proved(content: bytes) -> bytes:
    """Return the lines of a backup with the proof that the owner of KEY wrote them."""
    *others, end = content.splitlines(keepends=True)
    root = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"backups").derive(KEY.encode())
    proof = hmac.new(root, b"".join(others), "sha256").hexdigest()
    return b"".join(others) + json.dumps({**json.loads(end), "proof": proof}).encode() + b"\n"


def make_large(portal: PortalProcess) -> None:
    """Let a backup of a portal on SQLite have half a megabyte."""
    with closing(sqlite3.connect(portal.data_dir / "portal.sqlite3")) as database, database:
        statement = "REPLACE INTO clients_app_session VALUES ('large', ?, '2999-01-01', NULL)"
        database.execute(statement, [secrets.token_hex(400_000)])
