"""Why the database cannot do its work now, as a sentence for people.

The drivers tell it only in the text of an OperationalError.
"""

from typing import Final

from clients_app.errors import gettext_noop as _

_LOCKED: Final = _(
    "The database is locked by another program or by other changes. Nothing was changed."
)
_READ_ONLY: Final = _(
    "The database can be read but not changed: it or its file system is read-only. "
    "Nothing was changed."
)
_FULL: Final = _("The disk of the database is full. Nothing was changed.")
_SILENT: Final = _(
    "The database does not answer. If you were saving a change, it may or may not have been saved."
)
_CAUSES: Final = (  # part of the driver's text, in lower case -> sentence
    ("locked", _LOCKED),
    ("too many wait to write", _LOCKED),
    ("lock timeout", _LOCKED),
    ("deadlock", _LOCKED),
    ("readonly", _READ_ONLY),
    ("read-only", _READ_ONLY),
    ("full", _FULL),
    ("no space left", _FULL),
)


def is_outage(error: BaseException) -> bool:
    """Return whether an OperationalError is about the database, and not about a wrong statement.

    SQLite's driver raises it for both, such as for a missing table.
    """
    return getattr(error.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"


def sentence_about(error: BaseException) -> str:
    """Return what is wrong with the database, for which a driver raised ``error``."""
    text = str(error).lower()
    return next((sentence for part, sentence in _CAUSES if part in text), _SILENT)
