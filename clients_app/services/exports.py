"""What the exports share: one at a time in each process, and cells that no spreadsheet runs.

Preparing an export occupies one of the two threads of its process. The other thread serves everyone
else (AVA-12).
"""

import threading
from collections.abc import Callable, Iterator
from typing import Final

from clients_app.errors import PortalError, gettext_noop

BYTE_ORDER_MARK: Final = "\ufeff"  # tells spreadsheets that a file is UTF-8
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_place: Final = threading.Semaphore()


class TooManyExports(PortalError):
    """This process is preparing another one."""


def in_its_place(begin: Callable[[], Iterator[str]]) -> Iterator[str]:
    """Return the pieces of the export that ``begin`` returns, once this process has room for it.

    Close it if you do not read it to the end: no other export can start before.
    Errors: TooManyExports; those of ``begin``.
    """
    if not _place.acquire(blocking=False):
        sentence = gettext_noop("Another export is running. Try again when it has finished.")
        raise TooManyExports(sentence)
    try:
        pieces = _released_after(begin())
    except BaseException:
        _place.release()
        raise
    next(pieces)  # from here on, closing it releases the place
    return pieces


def _released_after(pieces: Iterator[str]) -> Iterator[str]:
    try:
        yield ""
        yield from pieces
    finally:
        _place.release()


def guarded(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet runs it as a formula (CLI-6)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
