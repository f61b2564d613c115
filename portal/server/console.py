"""Writes log lines to standard error, and never waits for the program that reads them (LOG-6)."""

import logging
import sys
from typing import Final

from clients_app import pipes

_ERROR_FILE: Final = 2


class Console(logging.Handler):
    """Drops what a full pipe does not take, and says how much, once it is read again."""

    def __init__(self) -> None:
        super().__init__()
        self._file: int | None = None
        self._rest = b""
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it."""
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            if not self._is_piped():
                sys.stderr.write(line.decode())
                sys.stderr.flush()
            elif self._is_behind() or not self._is_begun(line):
                self._dropped += 1
        except Exception:
            self.handleError(record)

    def _is_piped(self) -> bool:
        """Return whether standard error is that of the process: programs may replace it."""
        return sys.stderr is not None and sys.stderr is sys.__stderr__

    def _is_behind(self) -> bool:
        """Write what is still to be said; return whether that blocks."""
        if self._rest and not self._is_begun(self._rest):
            return True
        if not self._rest and self._dropped:
            text = f"{self._dropped} lines of the log were dropped, because nobody read them."
            place = ("clients_app.server", logging.WARNING, __file__, 0)
            said = self.format(logging.LogRecord(*place, text, None, None))
            if self._is_begun(f"{said}\n".encode()):
                self._dropped = 0
        return bool(self._rest or self._dropped)

    def _is_begun(self, line: bytes) -> bool:
        """Write a line as far as that is possible; return whether any of it is written."""
        if self._file is None:
            self._file = pipes.opened(_ERROR_FILE)
        rest = pipes.write_now(self._file, line)
        self._rest = rest if rest != line else self._rest
        return rest != line
