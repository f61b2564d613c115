"""Runs `manage.py worker` next to the server, restarts it if it dies, and stops it at the end.

granian supervises only processes that serve requests. tests/server/test_worker.py and
tests/server/test_companion.py show why this is needed.
"""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

RESTART_DELAY_S: Final = 3.0
GRACE_S: Final = 10.0  # to finish sending a message when the server stops

_starting: Final = threading.Lock()

log = logging.getLogger("clients_app.worker")


class Companion:
    """`manage.py worker` in a process group that does not get the signals of the server's group.

    If it is not wanted, nothing is started.
    """

    def __init__(self, *, is_wanted: bool = True) -> None:
        self._is_wanted = is_wanted
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker", daemon=True)

    def start(self) -> None:
        """Start it; from now on no fork happens while Popen starts it.

        A forked process would inherit the pipe that tells Popen that the program is running, and
        Popen would wait until that process exits.
        """
        if not self._is_wanted:
            return
        os.register_at_fork(
            before=_starting.acquire,
            after_in_parent=_starting.release,
            after_in_child=_starting.release,
        )
        self._thread.start()

    def stop(self) -> None:
        """Terminate it; kill it if it does not exit in time."""
        if not self._is_wanted:
            return
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()
        self._thread.join(GRACE_S)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    def _keep(self) -> None:
        while not self._stopped.is_set():
            self._process = _new_process()
            if self._stopped.is_set():  # while it was starting
                self._process.terminate()
            status = self._process.wait()
            if not self._stopped.wait(RESTART_DELAY_S):
                log.error("The worker exited with status %d and is restarted.", status)


def _new_process() -> subprocess.Popen[bytes]:
    """Start it with a pipe that closes when the server and its workers have exited."""
    program = str(Path(sys.argv[0]).absolute())
    with _starting:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, program, "worker", "--until-closed"],
            stdin=subprocess.PIPE,
            process_group=0,
        )
