"""Processes as the operating system sees them, and the signals that new ones inherit."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


@contextmanager
def hang_ups(disposition: signal.Handlers) -> Iterator[None]:
    """Let processes that start meanwhile inherit this for SIGHUP, whoever started the tests.

    Under nohup, and in some shells' background jobs, the tests themselves ignore SIGHUP.
    """
    before = signal.signal(signal.SIGHUP, disposition)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
