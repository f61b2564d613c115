"""Which tests run which line: measured once, in one run of all tests that need no other process."""

import json
import subprocess
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from coverage import CoverageData

from tests.mutants.one_try import prepare
from tests.mutants.quick_tests import DURATIONS

_FOLDERS = (
    *("rules", "models", "selectors", "permissions", "services", "audit"),
    *("web", "oauth", "admin", "management", "identity", "ops", "storage"),
)
_PYTEST = ".venv/bin/pytest -q -p no:cacheprovider -p tests.mutants.quick_tests --dist loadfile"
_COVERAGE = "--cov=clients_app --cov-context=test --cov-report="


def measure(folder: Path, *, processes: int) -> None:
    """Run the tests once, and write which lines each of them runs; prepare the data of tries."""
    prepare(folder)
    folders = [f"tests/{folder}" for folder in _FOLDERS]
    command = [*_PYTEST.split(), *_COVERAGE.split(), "-n", str(processes), *folders]
    if subprocess.run(command).returncode:
        raise SystemExit("Mend the tests that failed first: a failed test would kill each mutant.")


class Covering:
    """The tests that run a line, those most likely to notice a change first."""

    def __init__(self) -> None:
        self._data = CoverageData()
        self._data.read()
        self._took_s: dict[str, float] = json.loads(DURATIONS.read_text())
        self._by_line = cache(self._read)

    def tests(self, path: Path, lines: range, *, total_s: float) -> list[str]:
        """Return the names of tests that run ``lines`` of ``path``, about ``total_s`` s of them.

        Lines that run only while the module is imported are covered by the tests that run any
        other line of it; if there is none, by those of its room.
        """
        by_line = self._by_line(path)
        found = {name for line in lines for name in by_line[line]}
        found = found or {name for names in by_line.values() for name in names}
        found = found or {name for name in self._took_s if name.split("/")[1] == path.parts[1]}
        return self._within(_likeliest_first(found, path), total_s)

    def seconds(self, names: list[str]) -> float:
        """Return what these tests took together."""
        return sum(self._took_s[name] for name in names)

    def _read(self, path: Path) -> dict[int, set[str]]:
        """Return the tests by line of a module."""
        found: dict[int, set[str]] = defaultdict(set)
        contexts_by_line = self._data.contexts_by_lineno(str(path.resolve()))
        for line, contexts in contexts_by_line.items():
            found[line] = {one.rpartition("|")[0] for one in contexts} & self._took_s.keys()
        return found

    def _within(self, names: list[str], total_s: float) -> list[str]:
        chosen, used_s = [], 0.0
        for name in names:
            took_s = self._took_s.get(name, 0.0)
            if not chosen or used_s + took_s <= total_s:
                chosen.append(name)
                used_s += took_s
        return chosen


def _likeliest_first(names: set[str], path: Path) -> list[str]:
    """Return the tests nearest to the module first; of files equally near, one test in turn."""
    turns: Counter[Path] = Counter()
    ranks = {}
    for name in sorted(names):
        file = Path(name.partition("::")[0])
        ranks[name] = (_distance(file, path), turns[file], name)
        turns[file] += 1
    return sorted(names, key=ranks.__getitem__)


def _distance(file: Path, path: Path) -> int:
    """Return 0 for the test file of the module, 1 for its folder, 2 for its room, 3 for others."""
    if file.stem == f"test_{path.stem}":
        return 0
    if file.parent.parts[1:] == path.parent.parts[1:]:
        return 1
    return 2 if file.parts[1] == path.parts[1] else 3
