"""The queue of writers to a SQLite database, on this machine.

SQLite admits one writer at a time; the others ask again after growing pauses, of up to a tenth of a
second. Under load the database is idle while some of them wait for seconds. Here they queue: one
thread of each process waits for the others, one of these is next, and a process that has just
written cannot overtake it. ``tests/faults/test_writers.py`` says what would be lost without it.

The locks are the kernel's (flock), so they end with the process that holds them.
"""

import fcntl
import os
import threading
import time
from collections import defaultdict
from typing import Final

PLACES: Final = 1  # of each process, for those who wait or write: one of its two threads is free
PLACE_WAIT_S: Final = 0.5  # for the last thread, since the others of the process came on last
_NEXT_EVERY_S: Final = 0.0005  # the one who is next asks this often
_OTHERS_EVERY_S: Final = 0.003


class TooManyWriters(Exception):
    """Others write, or wait, for longer than this thread may wait."""


class _Line:
    """The threads of this process that want to write to one database."""

    def __init__(self) -> None:
        self.places = threading.BoundedSemaphore(PLACES)
        self.front = threading.Lock()
        self.moved_at = 0.0

    def move(self) -> None:
        """Note that someone got on, so that those behind go on waiting."""
        self.moved_at = time.monotonic()


_lines: Final[defaultdict[str, _Line]] = defaultdict(_Line)


class Turn:
    """The right to write, until its end."""

    def __init__(self, line: _Line, file: int) -> None:
        self._line, self._file = line, file

    def end(self) -> None:
        """Let the next one write."""
        os.close(self._file)
        self._line.move()
        self._line.front.release()
        self._line.places.release()


def wait_for_turn(database: str, *, until: float) -> Turn:
    """Return when nobody else writes to the file ``database``.

    Errors: TooManyWriters at ``until`` of the monotonic clock, or sooner where this would take the
    last thread of the process and nobody comes on (AVA-3); OSError where no file can be made beside
    it.
    """
    line = _lines[database]
    _take_place(line, until=until)
    try:
        if not line.front.acquire(timeout=max(until - time.monotonic(), 0)):
            raise TooManyWriters("others wrote for too long")
        try:
            return Turn(line, _pass_the_others(database, line, until=until))
        except BaseException:
            line.front.release()
            raise
    except BaseException:
        line.places.release()
        raise


def _take_place(line: _Line, *, until: float) -> None:
    came_at = time.monotonic()
    left_s = PLACE_WAIT_S
    while not line.places.acquire(timeout=max(left_s, 0)):
        last_at = max(line.moved_at, came_at)
        left_s = min(last_at + PLACE_WAIT_S, until) - time.monotonic()
        if left_s <= 0:
            raise TooManyWriters("too many wait to write")
    line.move()


def _pass_the_others(database: str, line: _Line, *, until: float) -> int:
    """Return the locked file of the turn, after having been next for a while."""
    following = _locked(f"{database}-next", every_s=_OTHERS_EVERY_S, until=until)
    line.move()
    try:
        return _locked(f"{database}-turn", every_s=_NEXT_EVERY_S, until=until)
    finally:
        line.move()
        os.close(following)


def _locked(path: str, *, every_s: float, until: float) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(file)
                raise TooManyWriters("another process writes for too long") from None
            time.sleep(every_s)
        else:
            return file
