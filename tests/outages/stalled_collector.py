"""Standard output and standard error in a pipe that nobody reads (AUD-4, LOG-6)."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.journeys.add_by_http import new_form, send, signed_in
from tests.outages.good_requests import GoodRequests
from tests.outages.table import Row
from tests.portal_process import PortalProcess
from tests.waiting import wait_until

ADDED = 100
GOAL_S = 1.0


def rows() -> Iterator[Row]:
    """Add clients until the pipe is full, and more; then read it."""
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        portal = PortalProcess(Path(folder) / "var", AUDIT_STREAM="stdout", LOG_TOKENS="on")
        portal.log_file = pipe
        with portal:
            session = signed_in(portal)
            with GoodRequests(portal, per_second=20) as good:
                forms = [new_form(f"Pump {number}") for number in range(ADDED)]
                added = sum(send(session, portal, form) is not None for form in forms)
            said = b""

            def has_all() -> bool:
                nonlocal said
                try:
                    said += os.read(reader, 1 << 20)
                except BlockingIOError:
                    return False
                return said.count(b'"action":"client.added"') >= ADDED

            wait_until(has_all)
        os.close(reader)
    fault = "Nobody reads the log and AUDIT_STREAM"
    answered = set(good.answers) == {"200"} and good.longest_s <= GOAL_S
    yield Row(fault, str(good), f"tokens within {GOAL_S:.0f} s", answered)
    yield Row(f"{fault}: changes", f"{added} saved and sent", f"{ADDED}", added == ADDED)
