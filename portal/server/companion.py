"""The worker beside the server: a process that ends with it, and is started again when it dies.

granian supervises only processes that serve requests. tests/ops/test_worker.py and
tests/management/test_companion.py say what would be lost without this.
"""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

AGAIN_S: Final = 3.0  # after it died
GRACE_S: Final = 10.0  # for a message that is being sent when the server is told to stop

_being_started: Final = threading.Lock()

log = logging.getLogger("clients_app.worker")


class Companion:
    """`manage.py worker`, in a group of its own: signals to the server's group pass it by."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        """Start it, and again whenever it ends by itself; from now on no fork comes between.

        A worker of the server that is forked just then would inherit the pipe by which Popen learns
        that the program runs, and Popen would wait for it as long as that worker lives.
        """
        os.register_at_fork(
            before=_being_started.acquire,
            after_in_parent=_being_started.release,
            after_in_child=_being_started.release,
        )
        self._thread.start()

    def stop(self) -> None:
        """Tell it to end; kill it where it does not."""
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(GRACE_S)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _keep(self) -> None:
        while not self._stopped.is_set():
            self._process = _new_process()
            if self._stopped.is_set():  # meanwhile
                self._process.terminate()
            status = self._process.wait()
            if not self._stopped.wait(AGAIN_S):
                log.error("The worker ended with status %d; it is started again.", status)


def _new_process() -> subprocess.Popen[bytes]:
    """Start it with a pipe whose other end lives as long as the server and its workers do."""
    program = str(Path(sys.argv[0]).absolute())
    with _being_started:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, program, "worker", "--until-closed"],
            stdin=subprocess.PIPE,
            process_group=0,
        )
