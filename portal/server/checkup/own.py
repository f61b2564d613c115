"""Settings, and the files of this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.checks import ERROR as SERIOUS
from django.core.checks import run_checks
from django.db import connections

from clients_app import conf
from clients_app.audit import head_files
from portal.environment import LOOPBACK
from portal.secret_files import open_to_others
from portal.server.checkup.findings import Finding, error, graded, ok, warning

_MIB: Final = 1 << 20
_LITTLE: Final = 1024 * _MIB
_TOO_LITTLE: Final = 100 * _MIB
_REMOTE: Final = {"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"}


def check_settings() -> Iterator[Finding]:
    """PUBLIC_URL, https, and Django's own checks of a deployment."""
    about = "settings"
    for found in run_checks(include_deployment_checks=True):
        if not found.is_silenced():
            text, mend = f"{found.msg} ({found.id})", found.hint or "See Django's documentation."
            is_error = found.level >= SERIOUS
            yield graded(about, text, mend, is_error=is_error, is_warning=not is_error)
    is_local = settings.HOST in LOOPBACK
    has_https = settings.TLS_FILES or settings.TRUSTED_PROXIES
    if settings.HTTPS and not has_https:
        mend = "Set TLS_CERT and TLS_KEY, or TRUSTED_PROXIES for a proxy that serves https."
        yield error(about, f"nothing serves {conf.public_url()}", mend)
    elif is_local:
        mend = "Set PUBLIC_URL to the https address that people and machines use."
        yield warning(about, f"PUBLIC_URL is {conf.public_url()}: only this machine", mend)
    else:
        yield ok(about, f"version {settings.VERSION} at {conf.public_url()}")


def check_backups() -> Iterator[Finding]:
    """Whether backups can be written, and nobody here can read them."""
    if settings.BACKUP_RECIPIENTS:
        yield ok("backups", f"{len(settings.BACKUP_RECIPIENTS)} public keys")
    else:
        mend = "Set BACKUP_RECIPIENTS; `manage.py backup --new-key FILE` makes a pair of keys."
        yield warning("backups", "`manage.py backup` has no public key", mend)
    if os.environ.get("BACKUP_IDENTITY") or os.environ.get("BACKUP_IDENTITY_FILE"):
        mend = "Set BACKUP_IDENTITY_FILE only to restore, and keep the file on another machine."
        yield warning("backups", "this machine can read its own backups", mend)


def check_permissions() -> Iterator[Finding]:
    """Files that other users may read, and folders that this user may not write to."""
    about, data_dir = "permissions", Path(settings.DATA_DIR)
    database = _database_file()
    found = open_to_others(data_dir, str(database or ""))
    if found:
        names = " ".join(map(str, found))
        mend = f"Run `chmod o= {names}`."
        yield warning(about, "other users of this machine may read the data", mend)
    owner = data_dir.stat().st_uid
    if owner != os.geteuid():
        text = f"DATA_DIR belongs to user {owner}, and this command runs as {os.geteuid()}"
        yield warning(about, text, "Run commands as the user of the service.")
    if not found and owner == os.geteuid():
        yield ok(about, f"only user {owner} can read {data_dir}")


def check_data_dir() -> Iterator[Finding]:
    """Whether DATA_DIR can be written, and is on a local disk for SQLite."""
    head_files.check_writable()
    kind, database = _file_system(Path(settings.DATA_DIR)), _database_file()
    if database and kind in _REMOTE:
        mend = "Move DATA_DIR to a local disk: SQLite loses data on a network file system."
        yield error("DATA_DIR", f"is on {kind}", mend)
    else:
        yield ok("DATA_DIR", f"{settings.DATA_DIR} can be written")


def check_disk() -> Iterator[Finding]:
    """How much room there is for the database and DATA_DIR."""
    folders = {Path(settings.DATA_DIR)}
    if database := _database_file():
        folders.add(database.parent)
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free
        yield graded(
            "disk",
            f"{free // _MIB:,} MiB free at {folder}",
            "Make room: on a full disk all changes are refused.",
            is_error=free < _TOO_LITTLE,
            is_warning=free < _LITTLE,
        )


def _database_file() -> Path | None:
    database = connections.settings["default"]
    is_file = database["ENGINE"].endswith("sqlite3")
    return Path(database["NAME"]) if is_file else None


def _file_system(folder: Path) -> str:
    """Return the kind of the file system that has the folder; empty where that is unknown."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    real = folder.resolve()
    fitting = [(len(at), kind) for at, kind in mounts if real.is_relative_to(at)]
    return max(fitting, default=(0, ""))[1]
