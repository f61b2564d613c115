"""The companion: starting the worker while the server forks."""

import os
import subprocess
import threading
import time
from typing import Any

import pytest

from portal.server import companion

pytestmark = pytest.mark.one_database  # processes only


def test_companion_prevents_a_fork_while_it_starts_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise Popen would block, and the worker would never be restarted."""
    begun, done = threading.Event(), threading.Event()
    popen = subprocess.Popen

    def slow_popen(*_: object, **__: object) -> subprocess.Popen[Any]:
        begun.set()
        time.sleep(0.2)
        process = popen(["sleep", "60"])
        done.set()
        return process

    monkeypatch.setattr(companion.subprocess, "Popen", slow_popen)
    worker = companion.Companion()
    worker.start()
    begun.wait()

    child = os.fork()
    if child == 0:
        os._exit(0 if done.is_set() else 1)

    assert os.waitpid(child, 0)[1] == 0
    worker.stop()
