"""The queue of writers to a SQLite database on this machine.

SQLite allows one writer at a time; the others retry after growing pauses of up to 0.1 s. Under load
the database is idle while some of them wait for seconds. In this queue one thread of each process
waits for the other processes, one of these is next, and a process that has just written cannot
overtake it. ``tests/faults/test_sqlite_writers.py`` shows why it is needed.

The kernel releases its locks (flock) when a process exits.
"""

import fcntl
import os
import threading
import time
from collections import defaultdict
from typing import Final

from portal.storage.places import Places, TooManyWriters

_NEXT_EVERY_S: Final = 0.0005  # how often the next writer polls
_OTHERS_EVERY_S: Final = 0.003


class _Line:
    """The threads of this process that write, or wait to write, to one database."""

    def __init__(self) -> None:
        self.places = Places()
        self.front = threading.Lock()


_lines: Final[defaultdict[str, _Line]] = defaultdict(_Line)


class Turn:
    """The right to write, until ``leave``."""

    def __init__(self, line: _Line, file: int) -> None:
        self._line, self._file = line, file

    def leave(self) -> None:
        """Let the next writer write."""
        os.close(self._file)
        self._line.front.release()
        self._line.places.leave()


def wait_for_turn(database: str, *, until: float) -> Turn:
    """Return when no one else writes to the file ``database``.

    Errors: TooManyWriters at ``until`` (monotonic clock), or sooner if this would take the last
    thread of a process that makes no progress (AVA-3); OSError if the lock files cannot be created.
    """
    line = _lines[database]
    line.places.take(until=until)
    try:
        if not line.front.acquire(timeout=max(until - time.monotonic(), 0)):
            raise TooManyWriters("others wrote for too long")
        try:
            return Turn(line, _pass_the_others(database, line, until=until))
        except BaseException:
            line.front.release()
            raise
    except BaseException:
        line.places.leave()
        raise


def _pass_the_others(database: str, line: _Line, *, until: float) -> int:
    """Return the locked file of the turn, once this process was next."""
    following = _locked(f"{database}-next", every_s=_OTHERS_EVERY_S, until=until)
    line.places.move()
    try:
        return _locked(f"{database}-turn", every_s=_NEXT_EVERY_S, until=until)
    finally:
        line.places.move()
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
