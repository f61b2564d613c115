"""Portals and databases that start from a copy, and static files: made once per test run."""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import connection

from clients_app import data_files
from portal.server.static_files import collect_changed_static_files
from tests.portal_database import drop_database
from tests.portal_process import CHECKOUT, PortalProcess

PREPARE_LIMIT_S = 600  # all tests of the run depend on it, so a slow machine gets the time
PREPARE = """
import django
django.setup()
from portal.server import first_start
with first_start.one_at_a_time():
    first_start.prepare_tables()
"""


def new_portal(
    folder: Path, *, has_worker: bool = False, **environment: str
) -> Iterator[PortalProcess]:
    """Yield a running portal with its data under ``folder``; stop it afterwards.

    The result of a first start is copied, which saves five of its six seconds. Only a portal that
    sends messages, fetches keys of issuers or does scheduled work needs ``has_worker``.
    """
    like = prepared_portal()
    with PortalProcess(folder / "var", like=like, has_worker=has_worker, **environment) as portal:
        yield portal


@cache
def prepared_portal() -> PortalProcess:
    """Return a portal with tables and static files only, created once per test run."""
    with _shared_folder(connection.vendor) as folder:
        made = folder / f"{connection.vendor}.url"
        known = made.read_text() if made.exists() else None
        portal = PortalProcess(folder / connection.vendor, database_url=known)
        if known is None:
            _copy_static_files(settings.DATA_DIR, portal.data_dir)
            for path in (portal.data_dir, *portal.data_dir.rglob("*")):
                path.chmod(path.stat().st_mode & ~0o077)  # as the portal writes them
            _prepare(portal)
            made.write_text(portal.database_url)
    return portal


def collect_static_files_once() -> None:
    """Put the static files into DATA_DIR, which takes three seconds the first time in a run."""
    if "PYTEST_XDIST_TESTRUNUID" not in os.environ:  # no other process needs them
        collect_changed_static_files()
        return
    with _shared_folder("static") as folder:
        made = folder / "static"
        if made.exists():
            _copy_static_files(made, settings.DATA_DIR)
        collect_changed_static_files()
        if not made.exists():
            _copy_static_files(settings.DATA_DIR, made)


def use_prepared_tables() -> None:
    """Let the database of the tests begin as a copy, instead of two seconds of migrations."""
    if "PYTEST_XDIST_TESTRUNUID" not in os.environ:
        return
    portal, test = prepared_portal(), connection.settings_dict["TEST"]
    if portal.database_url:
        test["TEMPLATE"] = urlsplit(portal.database_url).path.removeprefix("/")
    else:
        shutil.copy(portal.data_dir / data_files.DATABASE, test["NAME"])


def _copy_static_files(source: Path, target: Path) -> None:
    shutil.copytree(source / data_files.STATIC_ROOT, target / data_files.STATIC_ROOT)
    shutil.copy2(source / data_files.STATIC_FINGERPRINT, target)


def _prepare(portal: PortalProcess) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=CHECKOUT,
        env=portal.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=PREPARE_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _shared_folder(part: str) -> Iterator[Path]:
    """Yield the folder that the processes of the run share, this part locked for this one."""
    folder = _folder_of_the_run()
    with (folder / f"{part}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@cache
def _folder_of_the_run() -> Path:
    """Return that of tests/run.sh, or one that the last process of the run to exit removes."""
    if given := os.environ.get("PREPARED_FOLDER"):
        return Path(given)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"portal-prepared-{run}"
    folder.mkdir(exist_ok=True)
    in_use = (folder / "in_use").open("w")
    fcntl.flock(in_use, fcntl.LOCK_SH)  # held until this process ends
    atexit.register(_take_away, folder, in_use)
    return folder


def _take_away(folder: Path, in_use: IO[str]) -> None:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # other processes still need it
    made = folder / "postgresql.url"
    if made.exists():
        drop_database(made.read_text())
    shutil.rmtree(folder, ignore_errors=True)
