"""Runs a measurement on a new SQLite database, in a new process."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import django

from tests.portal_process import CHECKOUT

EVENTS = int(os.environ.get("EVENTS", "1000000"))

Rows = list[tuple[str, str, str]]


def figures_of(module: str, folder: Path) -> Rows:
    """Return the rows that ``python -m module`` writes, in the environment of a new folder."""
    measured = subprocess.run(
        [sys.executable, "-m", module],
        cwd=CHECKOUT,
        env={**os.environ, "DATA_DIR": str(folder / "var"), "DATABASE_URL": ""},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [(what, wanted, figure) for what, wanted, figure in json.loads(measured.stdout)]


def set_up() -> None:
    """Create the tables, in the process that measures."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
