"""The text fields of a client, declared once for forms, pages, REST API, command line and audit.

A new field needs a record here, a column of the model and a field of the draft.
"""

from dataclasses import dataclass
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.limits import DESCRIPTION_MAX, URL_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An optional line of text; ``name`` is the column, the path in a draft and the input."""

    name: str
    label: str
    help: str  # below the input, and in ``clients add --help``
    maximum: int  # characters

    @property
    def prop(self) -> str:
        """Return the property of the REST API, such as ClientUri."""
        return self.name.title().replace("_", "")


DESCRIPTION: Final = Line(
    name="description",
    label=gettext_noop("Description"),
    help=gettext_noop("What it is for."),
    maximum=DESCRIPTION_MAX,
)
CONTACT: Final = Line(
    name="contact",
    label=gettext_noop("Contact"),
    help=gettext_noop("Who to ask before removing it."),
    maximum=200,
)
LINES: Final = (DESCRIPTION, CONTACT)

#: What people see of an application before they let it act for them: only types that sign people in
#: have these. Source: RFC 7591 section 2 (``client_uri``, ``logo_uri``).
APPLICATION_URLS: Final = (
    Line(
        name="client_uri",
        label=gettext_noop("Application URL"),
        help=gettext_noop("A page about the application. People see it before they allow access."),
        maximum=URL_MAX,
    ),
    Line(
        name="logo_uri",
        label=gettext_noop("Logo URL"),
        help=gettext_noop("A square picture, shown to people beside the name."),
        maximum=URL_MAX,
    ),
)
