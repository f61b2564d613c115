"""Workers that are killed, and their successors too: the server goes on (AVA-16)."""

import os
import signal

import pytest

from tests.portal_process import PortalProcess
from tests.waiting import wait_until


@pytest.mark.one_database
def test_workers_killed_again_and_again_are_replaced(running: PortalProcess) -> None:
    killed: set[int] = set()

    def living() -> set[int]:
        return set(running.workers()) - killed

    for _ in range(3):
        for pid in (victims := wait_until(living)):
            os.kill(pid, signal.SIGKILL)
        killed.update(victims)

    wait_until(lambda: len(living()) == 2)
    wait_until(running.answers)
    assert running.server is not None
    assert running.server.poll() is None
    assert "is replaced" in running.log()
    assert running.stop() == 0
