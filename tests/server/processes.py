"""The state of processes, and the signals that new ones inherit."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def is_running(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


@contextmanager
def inherited_sighup(disposition: signal.Handlers) -> Iterator[None]:
    """Make processes started inside the block inherit this disposition of SIGHUP.

    Under nohup, and in some shells' background jobs, the tests themselves ignore SIGHUP.
    """
    before = signal.signal(signal.SIGHUP, disposition)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
