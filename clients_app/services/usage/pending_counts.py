"""Counts by key in the memory of this process, until they are written in batches."""

import threading
from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Seen:
    """How often something was seen, from when to when, and from where the last time."""

    __slots__ = ("address", "count", "first_at", "last_at")

    def __init__(self, count: int, first_at: datetime, last_at: datetime, address: str) -> None:
        self.count = count
        self.first_at = first_at
        self.last_at = last_at
        self.address = address

    def absorb(self, other: "Seen") -> None:
        """Add what ``other`` has counted."""
        self.count += other.count
        self.first_at = min(self.first_at, other.first_at)
        if other.last_at >= self.last_at:
            self.last_at, self.address = other.last_at, other.address


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
        """Count one more of ``key``."""
        with self._lock:
            seen = self._seen.get(key)
            if seen is None:
                self._seen[key] = Seen(1, at, at, address)
            else:
                seen.count += 1
                seen.last_at = at
                seen.address = address

    def take(self) -> dict[K, Seen]:
        """Return all counts, and start again from nothing."""
        with self._lock:
            taken, self._seen = self._seen, {}
        return taken

    def give_back(self, taken: Mapping[K, Seen]) -> None:
        """Add counts that were taken and could not be written."""
        with self._lock:
            for key, seen in taken.items():
                if (newer := self._seen.get(key)) is None:
                    self._seen[key] = seen
                else:
                    newer.absorb(seen)
