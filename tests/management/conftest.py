"""Runs commands in this process or, as an operator does, in a new one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import ManagementUtility
from django.db import connection, connections

from clients_app.models import Client, Tenant
from tests.backups import done, portal_with_client
from tests.factories import make_client
from tests.oauth.assertions import key_of
from tests.portal_process import CHECKOUT, PortalProcess


class CommandResult(NamedTuple):
    """The exit status and output of a command."""

    status: int
    out: str
    error: str


Run = Callable[..., CommandResult]


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs `manage.py` with these arguments in the transaction of the test."""
    monkeypatch.setattr(connections, "close_all", lambda: None)  # it would end the transaction

    def command(*words: str) -> CommandResult:
        capsys.readouterr()
        code: object = 0
        try:
            ManagementUtility(["manage.py", *words]).execute()
        except SystemExit as end:
            code = end.code
        out, error = capsys.readouterr()
        if isinstance(code, str):  # as the interpreter does
            return CommandResult(1, out, error + code + "\n")
        return CommandResult(int(code or 0), out, error)

    return command


def environment_of_commands() -> dict[str, str]:
    """Return the environment in which `manage.py` works on the database of the test."""
    target = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{target['NAME']}"
    else:
        given = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(given._replace(path=f"/{target['NAME']}"))
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": url,
    }


@pytest.fixture
def run_in_new_process(transactional_db: None, tmp_path: Path) -> Run:
    """A function that runs `manage.py` in a new process on the database of the test."""
    own = {"DATA_DIR": str(tmp_path), "SECRET_KEY": settings.SECRET_KEY}  # no heads of other tests

    def command(*words: str, **environment: str) -> CommandResult:
        ended = subprocess.run(
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            env=environment_of_commands() | own | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return CommandResult(ended.returncode, ended.stdout, ended.stderr)

    return command


@pytest.fixture
def pump(tenant: Tenant) -> Client:
    return make_client("Pump", tenant).client


@pytest.fixture
def public_key(tmp_path: Path) -> str:
    """The path of a file with a public key, an elliptic curve's."""
    path = tmp_path / "public.pem"
    path.write_bytes(key_of("EC").as_pem(private=False))
    return str(path)


@pytest.fixture
def declared(run: Run, tmp_path: Path) -> Callable[..., CommandResult]:
    """A function that runs a command on a file with this text."""

    def with_text(name: str, text: str, *words: str) -> CommandResult:
        path = tmp_path / "given.yaml"
        path.write_text(text)
        return run(name, str(path), *words)

    return with_text


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A portal with a client, which is not started."""
    with closing(portal_with_client(tmp_path_factory.mktemp("portal") / "var")) as made:
        yield made


@pytest.fixture(scope="module")
def backup(portal: PortalProcess) -> Path:
    """A backup of it."""
    path = portal.data_dir.with_name("backup.age")
    done(portal, "backup", path)
    return path
