"""The addresses of the screens: each view names its own by ``at``; urls.py collects them."""

from collections.abc import Callable
from typing import Final

from django.urls import URLPattern, path, register_converter
from django.urls.converters import UUIDConverter

from clients_app.identity.kept_forms import View

CLIENTS: Final = "security/clients"
CLIENT: Final = f"{CLIENTS}/<guid:client_id>"
API: Final = "security/apis/<guid:api_id>"
NOTICES: Final = "security/notices"
USERS: Final = "security/users"
USER: Final = f"{USERS}/<guid:person_id>"
INVITATION: Final = f"{USERS}/<guid:invited_id>/invitation"

patterns: Final[list[URLPattern]] = []


class GuidConverter(UUIDConverter):
    """A GUID in an address, in upper or lower case."""

    regex = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


register_converter(GuidConverter, "guid")


def at(route: str, name: str = "") -> Callable[[View], View]:
    """Let a view answer at an address, with and without a slash at its end.

    ``reverse`` knows the address by ``name``, or else by that of the view with hyphens.
    """

    def decorate(view: View) -> View:
        named = path(route, view, name=name or view.__name__.replace("_", "-"))
        patterns.extend([named, path(f"{route}/", view)])
        return view

    return decorate
