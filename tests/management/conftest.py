"""The commands, run in this process or, as an operator does, in one of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import ManagementUtility
from django.db import connection, connections

from tests.portal_process import CHECKOUT


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    error: str


Run = Callable[..., Ended]


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `manage.py` with these words in the transaction of the test."""
    monkeypatch.setattr(connections, "close_all", lambda: None)  # the transaction would end

    def command(*words: str) -> Ended:
        capsys.readouterr()
        code: object = 0
        try:
            ManagementUtility(["manage.py", *words]).execute()
        except SystemExit as end:
            code = end.code
        out, error = capsys.readouterr()
        if isinstance(code, str):  # what the interpreter does with it
            return Ended(1, out, error + code + "\n")
        return Ended(int(code or 0), out, error)

    return command


@pytest.fixture
def run_apart(transactional_db: None) -> Run:
    """A function that runs `manage.py` in a process of its own on the database of the test."""
    target = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{target['NAME']}"
    else:
        given = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(given._replace(path=f"/{target['NAME']}"))

    def command(*words: str, **environment: str) -> Ended:
        ended = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "DATA_DIR": str(settings.DATA_DIR),
                "DATABASE_URL": url,
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return command
