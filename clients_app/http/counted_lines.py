"""Lines of the log that strangers can cause: one at once, then one a minute with their number."""

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
