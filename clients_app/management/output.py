"""What a command prints: proved writable before it acts, and never lost in silence.

A Client Secret or a one-time link that nobody reads is an outage: the old one is gone, and the new
one is unknown.
"""

import os
import re
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

from django.core.management.base import OutputWrapper
from django.db import Error as DatabaseError
from django.db import transaction

from clients_app.errors import PortalError

#: what a terminal obeys and does not show, line feeds apart; and what reorders the text
_CONTROLS: Final = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]"
)
_NOT_CONFIRMED: Final = (
    "The database did not confirm the change. "
    "Check whether what is printed above works before you use it.\n"
)


class OutputLost(PortalError):
    """Standard output no longer takes text; ``is_unread``: nobody reads it any more."""

    def __init__(self, reason: str, *, is_unread: bool = False) -> None:
        super().__init__(
            "Standard output cannot be written (%(reason)s). "
            "Changes that this command made are saved and recorded in Activity.",
            reason=reason,
        )
        self.reason = reason
        self.is_unread = is_unread


_Django: Any = OutputWrapper  # the stubs want the signature of a file


class Output(_Django):
    """Standard output, where each text is written at once or raises OutputLost."""

    def write(
        self,
        msg: str = "",
        style_func: Callable[[str], str] | None = None,
        ending: str | None = None,
    ) -> None:
        """Write as Django's wrapper does, and flush."""
        try:
            super().write(msg, style_func, ending)
            self.flush()
        except OSError as error:
            _discard(sys.stdout)
            is_unread = isinstance(error, BrokenPipeError)
            raise OutputLost(error.strerror or str(error), is_unread=is_unread) from error


def harmless(text: str) -> str:
    """Return ``text`` with control characters as escapes: it may quote a file or an argument."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def prove_writable() -> None:
    """Exit with a sentence if standard output is closed or nobody reads it.

    A full device shows only when something is written; ``all_or_nothing`` covers that. Characters
    that the encoding of the output lacks are escaped.
    """
    if sys.stdout is None:
        sys.exit("Standard output is closed, so nothing was changed. Open it and try again.")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), select.POLLOUT)
        broken = any(state & (select.POLLERR | select.POLLNVAL) for _, state in poll.poll(0))
    except (OSError, ValueError):  # not a file, in a program that calls commands
        return
    if broken:
        _discard(sys.stdout)
        sys.exit("Nobody reads standard output, so nothing was changed. Try again.")


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Undo what the block changes if it cannot print the secret or link that it made.

    Source: DEP-11.
    """
    ended = False
    try:
        with transaction.atomic():
            yield
            ended = True
    except OutputLost as error:
        sentence = "Standard output cannot be written (%(reason)s), so nothing was changed."
        raise PortalError(sentence, reason=error.reason) from error
    except DatabaseError:
        if ended:
            sys.stderr.write(_NOT_CONFIRMED)
        raise


def _discard(out: TextIO) -> None:
    """Send what is left in the buffer nowhere, or Python complains when it exits."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return
