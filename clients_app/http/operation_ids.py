"""Which request, or which run of a command, this thread works for: its Operation Id.

It stands in the answer, in each line of the log, and in the audit events (TOK-7, AUD-2, LOG-2).
"""

from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_UNNAMED: Final = ""
_id: Final[ContextVar[str | None]] = ContextVar("operation_id", default=None)


def begin() -> str:
    """Begin an operation and return its id, a GUID that nobody outside chooses."""
    operation_id = str(uuid4())
    _id.set(operation_id)
    return operation_id


def begin_unnamed() -> None:
    """Begin an operation that gets its id when it is asked for: most token requests never are."""
    _id.set(_UNNAMED)


def current() -> str:
    """Return the id of the operation; empty in threads of the server's own, which work for none."""
    known = _id.get()
    if known is None:
        return ""
    return known or begin()
