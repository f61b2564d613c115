"""Runs the same work in several threads of this process."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(count: int, work: Callable[[], T]) -> list[T]:
    """Return what ``count`` threads got, which began ``work`` at the same moment, each with a
    database connection of its own.

    Errors: the first that ``work`` raised.
    """
    together = threading.Barrier(count)

    def run(_: int) -> T:
        together.wait()
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
