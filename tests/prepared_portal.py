"""Portals that start from a prepared folder, which is created once per test run."""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

from tests.portal_database import drop_database
from tests.portal_process import CHECKOUT, COMMAND_LIMIT_S, PortalProcess

PREPARE = """
import django
django.setup()
from portal.server import first_start, static_files
with first_start.one_at_a_time():
    first_start.prepare_tables()
static_files.collect_changed_static_files()
"""


def new_portal(folder: Path, **environment: str) -> Iterator[PortalProcess]:
    """Yield a running portal with its data under ``folder``; stop it afterwards.

    The result of a first start is copied, which saves two of its three seconds.
    """
    with PortalProcess(folder / "var", like=prepared_portal(), **environment) as portal:
        yield portal


@cache
def prepared_portal() -> PortalProcess:
    """Return a portal with tables and static files only, created once per test run.

    The processes of the run share it; the last one to exit removes it.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"portal-prepared-{run}"
    folder.mkdir(exist_ok=True)
    in_use = (folder / "in_use").open("w")
    fcntl.flock(in_use, fcntl.LOCK_SH)  # held until this process ends
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "database_url"
        known = made.read_text() if made.exists() else None
        portal = PortalProcess(folder / "var", database_url=known)
        if known is None:
            _prepare(portal)
            made.write_text(portal.database_url)
    atexit.register(_take_away, portal, in_use)
    return portal


def _prepare(portal: PortalProcess) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=CHECKOUT,
        env=portal.environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _take_away(portal: PortalProcess, in_use: IO[str]) -> None:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # other processes still need it
    shutil.rmtree(portal.data_dir.parent, ignore_errors=True)
    if portal.database_url:
        drop_database(portal.database_url)
