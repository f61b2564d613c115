"""Counts by key in the memory of this process, until they are written in batches."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

PIECE: Final = 1000  # keys in one transaction: other writers wait no longer than milliseconds


class Seen(NamedTuple):
    """How often something was seen, first and last when, and from where the last time."""

    times: int
    first_at: datetime
    last_at: datetime
    address: str


def merge(counts: dict[K, Seen], key: K, seen: Seen) -> None:
    """Add ``seen`` to the count of ``key``."""
    if known := counts.get(key):
        latest = seen if seen.last_at >= known.last_at else known
        first_at = min(known.first_at, seen.first_at)
        seen = Seen(known.times + seen.times, first_at, latest.last_at, latest.address)
    counts[key] = seen


class PendingCounts(Generic[K]):
    """Counts that several threads may add to."""

    def __init__(self) -> None:
        self._seen: dict[K, Seen] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, key: K) -> bool:
        return key in self._seen

    def add(self, key: K, *, at: datetime, address: str) -> None:
        """Count one more of ``key``: written out, because every token request does it."""
        with self._lock:
            seen = self._seen
            times, first_at, _, _ = seen.get(key) or (0, at, at, "")
            seen[key] = Seen(times + 1, first_at, at, address)

    def take(self) -> dict[K, Seen]:
        """Return all counts, and start again from zero."""
        with self._lock:
            taken, self._seen = self._seen, {}
        return taken

    def give_back(self, taken: dict[K, Seen]) -> None:
        """Add counts that were taken and could not be written."""
        with self._lock:
            for key, seen in taken.items():
                merge(self._seen, key, seen)

    def write(self, write: Callable[[dict[K, Seen]], None], *, order: Callable[[K], Any]) -> None:
        """Take all counts and pass them to ``write`` in pieces; keep what it could not write.

        All processes write in one ``order``, so that they never wait for each other's locks.
        """
        taken = self.take()
        try:
            in_order = sorted(taken, key=order)
            for start in range(0, len(in_order), PIECE):
                piece = in_order[start : start + PIECE]
                write({key: taken[key] for key in piece})
                for key in piece:
                    del taken[key]
        finally:
            self.give_back(taken)
