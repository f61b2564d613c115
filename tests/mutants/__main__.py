"""`make mutants`: would the tests notice a small fault in the core?

Changes one place at a time in a copy of the checkout: an operator, a number, a condition. Then the
tests that run the changed line must fail. SAMPLE (500) places are tried, which SEED (1) chooses, by
PROCESSES at the same time (one per core), on SQLite, each with at most TESTS_S (60) seconds of
tests, those of the module first. A mutant that survives shows that a test is missing, or it changes
nothing that anybody could see; docs/mutants.md lists the latter, with the reason, and they are not
tried. It ends with a table; the exit status is 1 if more than 5 % of the sample survive.

FOLDER keeps the copy and the results: with the same one, a stopped run goes on where it was.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_SLOW = "PYTHONDONTWRITEBYTECODE"  # each try would compile all modules again


def main() -> int:
    """Try the sample on a copy, so that the checkout may be edited; return the exit status."""
    folder = Path(os.environ.get("FOLDER") or tempfile.mkdtemp(prefix="mutants-")).resolve()
    copy = folder / "checkout"
    if not copy.exists():
        copy_checkout(copy)
    program = [sys.executable, "-m", "tests.mutants.run", str(folder)]
    environ = {name: value for name, value in os.environ.items() if name != _SLOW}
    return subprocess.run(program, cwd=copy, env=environ).returncode


def copy_checkout(copy: Path) -> None:
    """Copy all files of the checkout that git does not ignore."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (CHECKOUT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, copy / name)
    (copy / ".venv").symlink_to(CHECKOUT / ".venv")


if __name__ == "__main__":
    sys.exit(main())
