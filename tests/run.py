"""Which tests run on which database, in which order, and what a run says at its end."""

import os
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.portal_process import CHECKOUT

SLOW: Final = {"journeys", "ops", "server", "docs", "faults"}


def mark_one_database(items: list[pytest.Item]) -> None:
    """Mark the tests of rules, screens, journeys and the REST API, and those without a database.

    Rules are plain Python. The statements of these doors run on both databases in the tests of
    selectors, services and each `test_matrix.py`, and in those that are marked both_databases.
    """
    for item in items:
        is_door = _folder_of(item) in {"web", "admin", "api", "journeys"}
        if _folder_of(item) == "rules" or (
            (is_door or not _uses_a_database(item))
            and not item.get_closest_marker("both_databases")
        ):
            item.add_marker(pytest.mark.one_database)


def _uses_a_database(item: pytest.Item) -> bool:
    """Return whether a test asks for one, or starts portals, which do."""
    names = getattr(item, "fixturenames", ())
    return (
        item.get_closest_marker("django_db") is not None
        or not {"db", "transactional_db"}.isdisjoint(names)
        or any("portal" in name or "cluster" in name for name in names)
        or _folder_of(item) in SLOW
    )


def put_slow_first(items: list[pytest.Item]) -> None:
    """Sort slow tests to the front, so that no process ends up alone with them."""
    items.sort(key=lambda item: not _is_slow(item))


def _is_slow(item: pytest.Item) -> bool:
    """Return whether a test needs a portal or a browser, or is in a folder of such tests."""
    needs_portal = any("portal" in name for name in getattr(item, "fixturenames", ()))
    return needs_portal or _folder_of(item) in SLOW or item.path.name == "test_import_contracts.py"


def _folder_of(item: pytest.Item) -> str:
    """Return the folder of tests/ with the test, or the name of its file there."""
    return _part_of_tests(item.path)


@cache  # a file has many tests
def _part_of_tests(path: Path) -> str:
    return path.relative_to(CHECKOUT / "tests").parts[0]


def fail_if_any_was_skipped(session: pytest.Session) -> None:
    """Fail the run if a test was skipped: all that tests need must be installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    if reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    _name_failures(reporter)


def _name_failures(reporter: Any) -> None:
    """Add the tests that failed to the file that tests/run.sh shows at its end."""
    if hasattr(reporter.config, "workerinput") or "FAILED_TESTS" not in os.environ:
        return
    kinds = ("failed", "error", "skipped")
    names = {one.nodeid: None for kind in kinds for one in reporter.stats.get(kind, ())}
    with open(os.environ["FAILED_TESTS"], "a") as file:
        file.writelines(f"{os.environ['DATABASE_NAME']}: {name}\n" for name in names)
