"""`make faults`: does the portal keep serving while something around it fails?

Each part is a module of this package with a function ``rows``, which starts its own portals,
breaks something, and yields rows of the table that ends the run. The exit status is 1 if a row
misses its goal. PARTS chooses parts by name; all by default.
"""

import os
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from pathlib import Path

from tests.outages.table import NodesRow, Row

SHARED = {"__main__", "good_requests", "stalled", "table"}
ALL = [part.name for part in pkgutil.iter_modules([str(Path(__file__).parent)])]
PARTS = os.environ.get("PARTS", "").split() or [name for name in ALL if name not in SHARED]


def main() -> int:
    """Run all parts; print the table; return the exit status."""
    rows: list[Row | NodesRow] = []
    for part in PARTS:
        found: Iterator[Row | NodesRow] = import_module(f"tests.outages.{part}").rows()
        for row in found:
            say(str(row))
            rows.append(row)
    for kind, of_kind in groupby(sorted(rows, key=lambda row: row.HEADER), type):
        say(f"\n{kind.HEADER}")
        for row in of_kind:
            say(str(row))
    return 0 if all(row.met for row in rows) else 1


def say(text: str) -> None:
    """Print it at once."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    sys.exit(main())
