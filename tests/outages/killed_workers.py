"""All workers are killed every half second for ten seconds (AVA-16)."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.outages.table import Row
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

KILLS = 20
EVERY_S = 0.5
GOAL_S = 10.0


def rows() -> Iterator[Row]:
    """Kill, then wait for an answer."""
    with tempfile.TemporaryDirectory() as folder, PortalProcess(Path(folder) / "var") as portal:
        for _ in range(KILLS):
            for pid in portal.workers():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(EVERY_S)
        began = time.monotonic()
        wait_until(portal.answers)
        took_s = time.monotonic() - began
        assert portal.server is not None
        is_running = portal.server.poll() is None
    measured = f"server runs: {is_running}, answers after {took_s:.1f} s"
    is_met = is_running and took_s <= GOAL_S
    yield Row("Workers killed 20 times", measured, f"answers within {GOAL_S:.0f} s", is_met)
