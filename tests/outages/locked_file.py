"""Another program holds SQLite's lock: tokens are issued, and changes answer 503 (AVA-13)."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_process import PortalProcess

LOCKED_S = 70
GOAL_S = 1.0


def rows() -> Iterator[Row]:
    """Lock the file, and save a form from time to time."""
    with tempfile.TemporaryDirectory() as folder, PortalProcess(Path(folder) / "var") as portal:
        session = signed_in(portal)
        file = portal.data_dir / "portal.sqlite3"
        with GoodRequests(portal, per_second=20) as good:
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                until, saved = time.monotonic() + LOCKED_S, 0
                while time.monotonic() < until:
                    saved += send(session, portal, new_form(f"Pump {until}")) is not None
                other.execute("ROLLBACK")
            is_back = send(session, portal, new_form("Pump of afterwards")) is not None
    fault = f"SQLite locked for {LOCKED_S} s"
    answered = set(good.answers) == {"200"} and good.longest_s <= GOAL_S
    yield Row(fault, str(good), f"tokens within {GOAL_S:.0f} s", answered)
    measured = f"{saved} forms saved; afterwards: {is_back}"
    yield Row(f"{fault}: forms", measured, "503, then saved again", is_back and not saved)
