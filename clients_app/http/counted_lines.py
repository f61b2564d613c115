"""Lines of the log that strangers can cause: the first of a minute, then only their number."""

import logging
import threading
import time
from typing import Any, Final

EVERY_S: Final = 60.0


class CountedLine:
    """A warning that a flood of requests does not repeat."""

    def __init__(self, log: logging.Logger, message: str) -> None:
        self._log, self._message = log, message
        self._lock = threading.Lock()
        self._next_at, self._left_out = 0.0, 0

    def write(self, *values: Any) -> None:
        """Write the line with ``values``, or count it if there was one in the last minute."""
        with self._lock:
            now = time.monotonic()
            if now < self._next_at:
                self._left_out += 1
                return
            left_out, self._left_out, self._next_at = self._left_out, 0, now + EVERY_S
        more = f" So did {left_out} other requests since the last such line." if left_out else ""
        self._log.warning(self._message + more, *values)


class LineLimit:
    """How many lines about strangers' requests this process writes in a minute, of all kinds."""

    def __init__(self, log: logging.Logger, *, maximum: int) -> None:
        self._log, self._maximum = log, maximum
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin a new minute."""
        self._ends_at, self._asked = time.monotonic() + EVERY_S, 0

    def allows(self) -> bool:
        """Return whether another line may be written; say how many were not in a past minute."""
        with self._lock:
            left_out = 0
            if time.monotonic() >= self._ends_at:
                left_out = self._asked - self._maximum
                self.reset()
            self._asked += 1
            is_allowed = self._asked <= self._maximum
        if left_out > 0:
            self._log.warning("%d more requests of strangers were refused, not logged.", left_out)
        return is_allowed
