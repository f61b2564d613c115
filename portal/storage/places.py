"""Who may write at once in this process: one thread, so that a worker's other one stays free.

A thread that would wait for a place while nobody in it makes progress is refused (AVA-3, AVA-4).
"""

import threading
import time
from typing import Any, Final

PLACES: Final = 1  # threads per process that wait or write; the other one stays free
PLACE_WAIT_S: Final = 0.5  # for the last thread, since the process last made progress
_Django: Any = object  # what is below ``LeavesPlace`` in a connection


class TooManyWriters(Exception):
    """The time that this thread may wait is over."""


class Places:
    """The places of the threads of this process that write, or wait to write, to one database."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(PLACES)
        self._moved_at = 0.0

    def take(self, *, until: float) -> None:
        """Return when this thread has a place.

        Errors: TooManyWriters at ``until`` (monotonic clock), or sooner if nobody makes progress.
        """
        started_at = time.monotonic()
        left_s = PLACE_WAIT_S
        while not self._free.acquire(timeout=max(left_s, 0)):
            last_at = max(self._moved_at, started_at)
            left_s = min(last_at + PLACE_WAIT_S, until) - time.monotonic()
            if left_s <= 0:
                raise TooManyWriters("too many wait to write")
        self.move()

    def move(self) -> None:
        """Record progress, so that the threads behind keep waiting."""
        self._moved_at = time.monotonic()

    def leave(self) -> None:
        """Give the place to the next thread."""
        self.move()
        self._free.release()


class LeavesPlace(_Django):
    """A connection that leaves what it has ``taken`` to write, when it is closed at the latest."""

    taken: Any = None

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.taken is not None:
            taken, self.taken = self.taken, None
            taken.leave()
