"""The worker beside the server, whatever the server does meanwhile."""

import os
import subprocess
import threading
import time
from typing import Any

import pytest

from portal.server import companion


def test_no_process_is_forked_while_it_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Popen would wait for the fork, and the worker would never be started again."""
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
