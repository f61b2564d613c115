"""The collector at AUDIT_STREAM: whole lines, and how far each chain was written there (AUD-4).

The numbers of the last events are in a file of DATA_DIR, so that any process goes on where another
one ended, however it ended. One process writes at a time.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from clients_app import data_files, pipes

STDOUT: Final = "stdout"
_STDOUT_FILE: Final = 1
_PAUSE_S: Final = 0.005


class Blocked(Exception):
    """The collector does not read, or another process is writing to it."""


class Collector:
    """What this process writes. ``sent`` is the last number by tenant; None: nothing was noted."""

    def __init__(self) -> None:
        self.sent: dict[str, int] | None = None
        self._is_torn = False  # somebody stopped within a line
        self._rest = b""
        self._is_begun = False
        self._file = self._lock = -1

    @contextlib.contextmanager
    def turn(self, *, until: float) -> Iterator[None]:
        """Read ``sent`` and keep other processes out; first write the rest of the line before.

        Errors: Blocked; OSError.
        """
        try:
            if self._lock == -1:
                self._take_lock(until)
            if self._rest:
                self._write_rest(until)
            self._read()
            yield
        finally:
            if not self._rest:  # otherwise, others would write within a line
                self._close()

    def write(self, line: bytes, sent: dict[str, int], *, until: float) -> None:
        """Write the whole line, then note ``sent``; the next turn begins with what is left.

        Errors: Blocked; OSError.
        """
        if self._file == -1:
            self._file = _opened()
        if self._is_torn:
            line = b"\n" + line
        elif len(line) > pipes.ATOMIC:  # in case this process is killed within it
            self.note(self.sent or {}, is_torn=True)
        self._prepare(sent)  # where that fails, the line would be sent again and again
        self._rest, self._is_begun = line, False
        self._write_rest(until)

    def note(self, sent: dict[str, int], *, is_torn: bool = False) -> None:
        """Remember how far each chain was sent."""
        self._prepare(sent, is_torn=is_torn)
        self._keep()

    def _write_rest(self, until: float) -> None:
        while self._rest:
            length = len(self._rest)
            try:
                self._rest = pipes.write_now(self._file, self._rest)
            except OSError:
                self._rest = b""
                if self._is_begun:
                    with contextlib.suppress(OSError):
                        self.note(self.sent or {}, is_torn=True)
                raise
            self._is_begun |= len(self._rest) < length
            if self._rest and time.monotonic() >= until:
                if not self._is_begun:
                    self._rest = b""
                raise Blocked
            if self._rest:
                time.sleep(_PAUSE_S)
        self._keep()

    def _take_lock(self, until: float) -> None:
        self._lock = os.open(settings.DATA_DIR / data_files.AUDIT_STREAM_LOCK, *_FLAGS)
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Blocked from None
                time.sleep(_PAUSE_S)
            else:
                return

    def _close(self) -> None:
        for file in (self._file, self._lock):
            if file not in {-1, _STDOUT_FILE}:
                os.close(file)
        self._file = self._lock = -1

    def _read(self) -> None:
        """Read ``sent``; a file that a power cut spoiled says that nothing was sent."""
        try:
            noted: dict[str, Any] = json.loads(_path().read_bytes())
            self.sent, self._is_torn = dict(noted["sent"]), bool(noted["torn"])
        except FileNotFoundError:
            self.sent, self._is_torn = None, False
        except (ValueError, LookupError, TypeError):
            self.sent, self._is_torn = {}, True

    def _prepare(self, sent: dict[str, int], *, is_torn: bool = False) -> None:
        file = os.open(_prepared(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as text:
            json.dump({"sent": sent, "torn": is_torn}, text)

    def _keep(self) -> None:
        _prepared().replace(_path())
        self._read()


_FLAGS: Final = (os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _path() -> Path:
    return settings.DATA_DIR / data_files.AUDIT_STREAM_SENT


def _prepared() -> Path:
    return _path().with_suffix(".next")


def _opened() -> int:
    """Return a descriptor of the target that never waits."""
    if settings.AUDIT_STREAM == STDOUT:
        return pipes.opened(_STDOUT_FILE)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(settings.AUDIT_STREAM, flags, 0o600)
