"""One mutant and its tests, in a process of their own that is thrown away.

It is forked from one that has imported the libraries and never our code, and it begins with the
data of `prepare`: most mutants are noticed within a second, and a start would take four.
"""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest

_LIBRARIES = (
    *("allauth.core.context", "cryptography.x509", "django.db.models", "django.test.client"),
    *("fido2.webauthn", "hypothesis", "icalendar", "jwt", "prometheus_client", "psycopg", "redis"),
    *("rest_framework.settings", "time_machine", "_pytest.unittest", "_pytest.junitxml"),
)
_OPTIONS = ("-q", "-x", "--tb=short", "--assert=plain", "--reuse-db")
_WITHOUT = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
CPU_S = 15  # and twice what the tests took: a mutant that takes more never ends
WALL_S = 900  # the same for one that waits; a busy machine is slow


class Try(NamedTuple):
    """The changed module, its code, and the names of the tests in their order."""

    path: Path
    code: str
    tests: list[str]
    tests_s: float  # what they took without a change


class Ended(NamedTuple):
    """How a try ended, and the test that failed."""

    outcome: str
    noticed_by: str = ""


def prepare(folder: Path) -> None:
    """Make the data that each try begins with: an empty database and the static files."""
    environ = {**os.environ, "TESTS_DATA_DIR": str(_prepared(folder))}
    one_test = "tests/audit/test_record.py"
    command = [".venv/bin/pytest", *_OPTIONS, *_WITHOUT, one_test]
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)


def run_tests(one: Try, folder: Path) -> Ended:
    """Return how the tests end with the changed module, in a fork of this process."""
    for name in _LIBRARIES:
        import_module(name)
    scratch = Path(tempfile.mkdtemp(prefix="try-", dir=folder))
    pid = os.fork()
    if pid == 0:
        _become(one, scratch, data=_prepared(folder))
    _, status = os.waitpid(pid, 0)
    _end_group(pid)
    failed = scratch / "failed"
    noticed_by = failed.read_text() if failed.exists() else ""
    shutil.rmtree(scratch, ignore_errors=True)
    if os.WIFSIGNALED(status):
        return Ended("never ended")
    return Ended("noticed" if os.WEXITSTATUS(status) else "survived", noticed_by)


def _prepared(folder: Path) -> Path:
    return folder / "prepared"


def _end_group(leader: int) -> None:
    """Kill what the tests started and left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _become(one: Try, scratch: Path, *, data: Path) -> NoReturn:
    """Run the tests in this process and end it; the exit status tells whether one failed."""
    status = 1
    try:
        os.setsid()
        signal.alarm(WALL_S)
        limit_s = int(CPU_S + 2 * one.tests_s)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
        shutil.copytree(data, scratch / "data")
        os.environ.update(TMPDIR=str(scratch), TESTS_DATA_DIR=str(scratch / "data"))
        tempfile.tempdir = None  # so that it is read again
        output = os.open(scratch / "output", os.O_WRONLY | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(output, stream)
        _change(one)
        files = dict.fromkeys(name.partition("::")[0] for name in one.tests)
        plugin = _Chosen(one.tests, failed=scratch / "failed")
        ended = pytest.main([*_OPTIONS, *_WITHOUT, *files], plugins=[plugin])
        status = ended not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    finally:
        os._exit(status)


def _change(one: Try) -> None:
    """Let an import of the module find the changed code."""
    get_code = SourceFileLoader.get_code

    def changed(loader: SourceFileLoader, name: str) -> Any:
        if Path(loader.path) == one.path.resolve():
            return compile(one.code, loader.path, "exec")
        return get_code(loader, name)

    SourceFileLoader.get_code = changed  # type: ignore[method-assign]  # in this process only


class _Chosen:
    """A pytest plugin: runs the chosen tests only, in their order, and notes which one failed.

    A chosen test may be missing: its name may hold a value that the mutant changes.
    """

    def __init__(self, names: Iterable[str], *, failed: Path) -> None:
        self._ranks = {name: rank for rank, name in enumerate(names)}
        self._failed = failed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self._ranks]
        items.sort(key=lambda item: self._ranks[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.write_text(report.nodeid)
