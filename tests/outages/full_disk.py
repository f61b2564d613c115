"""The disk of SQLite is full: tokens are issued, and changes answer 503 (AVA-5, AVA-10, AVA-13).

It needs root, for a small file system in memory; another user gets no rows.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.cluster.small_disk import fill, small_disk
from tests.journeys.add_by_http import new_form, send, signed_in
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

SIZE = "64m"
GOAL_S = 1.0


def rows() -> Iterator[Row]:
    """Fill the disk, save forms, and make room again."""
    if os.geteuid() != 0:
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        small_disk(Path(folder) / "disk", SIZE) as disk,
        PortalProcess(disk / "var") as portal,
    ):
        portal.stop()
        portal.log_file = Path(folder) / "log"  # on another disk
        portal.start()
        session = signed_in(portal)
        with GoodRequests(portal, per_second=20) as good:
            filling = fill(disk)
            saved = sum(send(session, portal, new_form(f"Pump {n}")) is not None for n in "abc")
            states = (portal.get("/readyz"), portal.get("/readyz/tokens"))
            filling.unlink()
            wait_until(lambda: portal.get("/readyz") == 200)
            is_back = send(session, portal, new_form("Pump of afterwards")) is not None
    answered = set(good.answers) == {"200"} and good.longest_s <= GOAL_S
    yield Row("Full disk", str(good), f"tokens within {GOAL_S:.0f} s", answered)
    measured = f"{saved} forms saved; afterwards: {is_back}"
    yield Row("Full disk: forms", measured, "503, then saved again", is_back and not saved)
    probes = f"/readyz {states[0]}, /readyz/tokens {states[1]}"
    yield Row("Full disk: probes", probes, "503 and 200", states == (503, 200))
