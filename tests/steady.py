"""`make steady`: are the tests green every time, also on a busy machine and at other hours?

Runs tests/run.sh RUNS times (20) as it is, BUSY times (5) with all cores kept busy, and once at
each of HOURS ("00:00 09:00 23:59"), to which the clocks of the tests, the portals, the browser and
PostgreSQL are set. TESTS chooses tests as pytest's arguments do. Each run is stopped after LIMIT_S
(3600). It ends with a table; the exit status is 1 unless every run was green.
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.clock import compiled_clock

CHECKOUT = Path(__file__).resolve().parent.parent
RUNS, BUSY = int(os.environ.get("RUNS", "20")), int(os.environ.get("BUSY", "5"))
HOURS = os.environ.get("HOURS", "00:00 09:00 23:59").split()
TESTS = shlex.split(os.environ.get("TESTS", ""))
LIMIT_S = int(os.environ.get("LIMIT_S", "3600"))
BURN = [sys.executable, "-c", "while True: pass"]


class Kind(NamedTuple):
    """One row of the table."""

    name: str
    runs: int
    is_busy: bool = False
    hour: str = ""


def main() -> int:
    """Run all kinds; print the table; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that running processes are stopped
    kinds = [
        Kind("quiet", RUNS),
        Kind("busy", BUSY, is_busy=True),
        *(Kind(f"at {hour}", 1, hour=hour) for hour in HOURS),
    ]
    folder = Path(tempfile.mkdtemp(prefix="steady-"))
    say(f"The output of each run is in {folder}.")
    clock = compiled_clock(folder) if HOURS else None
    rows = []
    for kind in kinds:
        green, failures = 0, Counter[str]()
        for number in range(1, kind.runs + 1):
            log = folder / f"{kind.name} {number}.log"
            names = failed_in_a_run(kind, clock, log)
            green += not names
            failures.update(names)
            say(f"{kind.name} {number} of {kind.runs}: {', '.join(names) or 'green'}")
        named = "; ".join(f"{name} ({count})" for name, count in failures.most_common())
        rows.append((kind.name, kind.runs, green, named))
    say("\n| kind | runs | green | failed |\n| --- | --- | --- | --- |")
    for row in rows:
        say(f"| {' | '.join(map(str, row))} |")
    return 0 if all(runs == green for _, runs, green, _ in rows) else 1


def failed_in_a_run(kind: Kind, clock: Path | None, log: Path) -> list[str]:
    """Return what failed in one run of the tests, whose output goes to ``log``."""
    names = log.with_suffix(".failed")
    environment = {**os.environ, "FAILED_TESTS": str(names)}
    if kind.hour:
        environment |= {"LD_PRELOAD": str(clock), "CLOCK_AHEAD_S": str(seconds_to(kind.hour))}
    cores = os.cpu_count() or 1
    burners = [BURN] * cores if kind.is_busy else []
    with log.open("wb") as output, running(burners):
        run = subprocess.Popen(
            ["tests/run.sh", *TESTS],
            cwd=CHECKOUT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = run.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            return [f"stopped after {LIMIT_S} s"]
        finally:
            end(run)
    found = names.read_text().splitlines() if names.exists() else []
    return found or ([f"status {status}"] if status else [])


def seconds_to(hour: str) -> int:
    """Return the offset that makes the clock show this hour of today."""
    now = datetime.now().astimezone()
    hours, minutes = map(int, hour.split(":"))
    return round((now.replace(hour=hours, minute=minutes, second=0) - now).total_seconds())


@contextmanager
def running(commands: list[list[str]]) -> Iterator[None]:
    """Run these commands in the background inside the ``with`` block."""
    started = [subprocess.Popen(command) for command in commands]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def end(run: "subprocess.Popen[bytes]") -> None:
    """Stop a run and all its children, if it has not exited by itself."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if run.poll() is not None:
            return
        os.killpg(run.pid, number)
        try:
            run.wait(60)
        except subprocess.TimeoutExpired:
            continue


def say(text: str) -> None:
    """Print it at once."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    sys.exit(main())
