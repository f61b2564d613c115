"""Third-party programs as processes that listen on loopback."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection

from tests.portal_process import CLOCK
from tests.waiting import wait_until

STOP_LIMIT_S = 20


@contextmanager
def running(
    command: Sequence[str], port: int, *, folder: Path, log: Path, **environment: str
) -> Iterator[None]:
    """Run a program in ``folder`` while it listens on ``port``; end it and its children."""
    variables = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **CLOCK}
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=STOP_LIMIT_S)


def _listens(port: int) -> bool:
    try:
        with closing(create_connection(("localhost", port), timeout=1)):
            return True
    except OSError:
        return False
