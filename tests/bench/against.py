"""Tokens by secrets beside those of another checkout, such as one of the last release.

AGAINST names its folder; without it, nothing is measured.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from tests.bench import load
from tests.bench.assertions import Rows, with_range
from tests.bench.portal import BenchPortal


def figures(folder: Path, stack: ExitStack, *, rounds: int, seconds: int) -> Rows:
    """Return our tokens per CPU second for each one of the other checkout."""
    if not (other := os.environ.get("AGAINST")):
        return []
    portals = (
        BenchPortal(folder / "other", checkout=Path(other).resolve()),
        BenchPortal(folder / "ours"),
    )
    theirs, ours = (stack.enter_context(portal).target() for portal in portals)
    for target in (theirs, ours):
        load.warm(target)
    ratios = []
    for number in range(rounds):
        order = (theirs, ours) if number % 2 else (ours, theirs)  # neither is always the first
        done = {target: load.run(target, seconds).per_cpu_second for target in order}
        ratios.append(done[ours] / done[theirs])
    return [("tokens by secrets, for each of the other checkout", ">= 0.97", with_range(ratios))]
