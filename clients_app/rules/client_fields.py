"""The lines of text that describe a client: one declaration for forms, pages, command line, audit.

A new line is a record here, a column of the model and a field of the draft.
"""

from dataclasses import dataclass
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.limits import CONTACT_MAX, DESCRIPTION_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class LineField:
    """A line that may be empty; ``name`` is its column, its path in a draft and its input."""

    name: str
    label: str
    help: str
    maximum: int  # characters


LINES: Final = (
    LineField(
        name="description",
        label=gettext_noop("Description"),
        help=gettext_noop("What it is for."),
        maximum=DESCRIPTION_MAX,
    ),
    LineField(
        name="contact",
        label=gettext_noop("Contact"),
        help=gettext_noop("Who to ask before removing it."),
        maximum=CONTACT_MAX,
    ),
)
