"""Whether this process can do its work now: issue tokens, and change what is stored."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from clients_app.audit import head_files
from clients_app.errors import PortalError, gettext_noop
from clients_app.models import AuditHead, SigningKey
from clients_app.services.signing_keys.private_keys import loaded_key


class OutdatedTables(PortalError):
    """The database lacks a migration of this version."""

    def __init__(self, missing: str) -> None:
        super().__init__(gettext_noop("The database lacks the migration %(name)s."), name=missing)


WRITE_WITHIN_S: Final = 1.0
_ROOM: Final = bytes(65_536)  # what a change needs on the disk, and more


def faults_of_tokens() -> list[str]:
    """Return what keeps this process from issuing tokens: the database, tables of an older version
    or the signing key."""
    return _faults(_read_tables, _read_key)


def faults_of_changes() -> list[str]:
    """Return what keeps this process from saving changes: a database, disk or file system that
    cannot be written."""
    return _faults(_write_database, _write_file, head_files.check_writable)


def _faults(*checks: Callable[[], object]) -> list[str]:
    found = []
    for check in checks:
        try:
            check()
        except (DatabaseError, PortalError, OSError) as error:
            found.append(f"{check.__name__.strip('_')}: {error}")
            connection.close()
    return found


def _read_tables() -> None:
    """Look for the migrations of this version; those of a newer one leave all that it needs."""
    applied = MigrationRecorder(connection).applied_migrations()
    if missing := sorted(_needed_migrations() - applied.keys()):
        raise OutdatedTables(".".join(missing[-1]))


@cache
def _needed_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _read_key() -> None:
    active = SigningKey.objects.filter(state=SigningKey.State.ACTIVE).first()
    loaded_key(active.kid if active else "(none)")


def _write_database() -> None:
    """Take the lock of a writer, and run a statement that would change what nobody has."""
    with _soon(), transaction.atomic():
        AuditHead.objects.filter(digest="none").update(digest="none")


@contextlib.contextmanager
def _soon() -> Iterator[None]:
    """Do not wait long for other writers."""
    usual_s = connection.write_within_s  # type: ignore[attr-defined]  # of portal.storage
    vars(connection)["write_within_s"] = WRITE_WITHIN_S
    try:
        yield
    finally:
        vars(connection)["write_within_s"] = usual_s


def _write_file() -> None:
    """Write a file beside that of SQLite, whose own disk the statement has not reached."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryFile(dir=Path(connection.settings_dict["NAME"]).parent) as file:
            file.write(_ROOM)
            file.flush()
