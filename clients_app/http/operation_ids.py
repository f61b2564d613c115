"""The Operation Id of the request or command that this thread works for.

The answer, each line of the log and the audit events have it (TOK-7, AUD-2, LOG-2).
"""

from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_UNNAMED: Final = ""
_id: Final[ContextVar[str | None]] = ContextVar("operation_id", default=None)


def begin() -> str:
    """Begin an operation and return its id, a new GUID."""
    operation_id = str(uuid4())
    _id.set(operation_id)
    return operation_id


def begin_unnamed() -> None:
    """Begin an operation that gets an id on demand: most token requests never need one."""
    _id.set(_UNNAMED)


def current() -> str:
    """Return the id of the operation; empty in the server's own threads, which work for none."""
    known = _id.get()
    if known is None:
        return ""
    return known or begin()
