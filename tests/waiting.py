"""Waits for events. Only a bug reaches the limit: a busy machine needs far less."""

import time
from collections.abc import Callable
from typing import TypeVar

LIMIT_S = 180
T = TypeVar("T")


def wait_until(condition: Callable[[], T], *, limit_s: float = LIMIT_S, every_s: float = 0.02) -> T:
    """Return the first true value of ``condition``, which is called repeatedly.

    Errors: AssertionError when the limit has passed.
    """
    limit = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < limit, f"This did not happen within {limit_s} s."
        time.sleep(every_s)
    return found
