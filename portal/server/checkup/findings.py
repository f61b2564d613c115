"""What `manage.py doctor` finds: each is well, a warning or an error, with what to mend."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import connection

from clients_app.errors import PortalError

_MEND_FILES: Final = (
    "Let the user of the service read and write it, make room on its disk, and put nothing else in "
    "its place."
)


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Finding(NamedTuple):
    """One line of the report; ``mend`` says what to do, and is empty where all is well."""

    about: str
    state: State
    text: str
    mend: str = ""


Check = Callable[[], Iterator[Finding]]


def ok(about: str, text: str) -> Finding:
    """Return that all is well."""
    return Finding(about, State.OK, text)


def warning(about: str, text: str, mend: str) -> Finding:
    """Return something that should be mended soon."""
    return Finding(about, State.WARNING, text, mend)


def error(about: str, text: str, mend: str) -> Finding:
    """Return something that the portal cannot work with."""
    return Finding(about, State.ERROR, text, mend)


def graded(about: str, text: str, mend: str, *, is_error: bool, is_warning: bool) -> Finding:
    """Return an error, a warning, or that all is well."""
    if is_error:
        return error(about, text, mend)
    return warning(about, text, mend) if is_warning else ok(about, text)


def findings_of(about: str, check: Check, *, is_away: bool) -> Iterator[Finding]:
    """Yield what a check finds; one that fails is an error, and the others go on.

    ``is_away``: the database does not answer, which has a finding of its own.
    """
    try:
        yield from check()
    except DatabaseError as failed:
        connection.close()
        reason = str(failed).strip().partition("\n")[0]
        if is_away:
            yield warning(about, "not checked: the database does not answer", "Run this again.")
        else:
            yield error(about, f"cannot be read: {reason}", "Run `manage.py serve` once.")
    except OSError as failed:
        text = f"{failed.filename or 'a file'}: {failed.strerror or failed}"
        yield error(about, text, _MEND_FILES)
    except (PortalError, ImproperlyConfigured) as failed:
        yield error(about, str(failed), "Do what the sentence says.")
