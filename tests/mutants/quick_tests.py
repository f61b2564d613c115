"""A pytest plugin: only the tests that run in one process, and how long each takes.

Other processes have the files of the copy too, but what runs there is not measured.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

DURATIONS = Path("durations.json")
_WITH_PROCESSES = {"live_portal", "own_portal", "token_portal"}
_took_s: Counter[str] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that start a portal or a browser."""
    slow = [item for item in items if _has_processes(item)]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def _has_processes(item: pytest.Item) -> bool:
    fixtures = _WITH_PROCESSES & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or "journeys" in item.path.parts


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note the seconds of each test, without what it shares with others."""
    if report.when == "call":
        _took_s[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the seconds of all tests, in the process that knows them all."""
    if not hasattr(session.config, "workerinput"):
        DURATIONS.write_text(json.dumps(_took_s))
