"""`make soak`: full load for DURATION seconds (600); exits with status 1 if memory grows.

After the first tenth, in which caches fill, a worker may grow by at most GROWTH_MIB.
"""

import os
import tempfile
from pathlib import Path

from tests.bench import load, machine
from tests.bench.portal import BenchPortal

DURATION = int(os.environ.get("DURATION", "600"))
PIECES = 10
GROWTH_MIB = 5.0


def main() -> None:
    """Apply load and print the memory of the worker after each tenth."""
    machine.need("wrk", "taskset")
    memory, refused = [], 0
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
        BenchPortal(Path(folder) / "var") as portal,
    ):
        target = portal.target()
        load.warm(target)
        for number in range(PIECES):
            done = load.run(target, max(1, DURATION // PIECES))
            refused += done.refused
            memory.append(max(machine.proportional_mib(pid) for pid in portal.workers()))
            print(  # noqa: T201  its answer
                f"{number + 1} of {PIECES}: {done.good} tokens, p99 {done.p99_ms:.0f} ms, "
                f"{done.refused} refused, {memory[-1]:.1f} MiB",
                flush=True,
            )
    growth = memory[-1] - memory[0]
    print(f"Grown by {growth:+.1f} MiB.")  # noqa: T201  its answer
    if growth > GROWTH_MIB or refused:
        raise SystemExit(f"Wanted: at most {GROWTH_MIB:+.1f} MiB, and none refused.")


if __name__ == "__main__":
    main()
