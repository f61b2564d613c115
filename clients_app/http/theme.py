"""The theme of a page, also of one that is shown to people who have not signed in."""

from typing import Final

from django.http import HttpRequest

from clients_app.models import Person

THEME_COOKIE: Final = "theme"
THEMES: Final = (Person.Theme.LIGHT, Person.Theme.DARK)


def theme_of(request: HttpRequest) -> str:
    """Return "light" or "dark" if chosen in this browser or, failing that, in the account."""
    chosen = request.COOKIES.get(THEME_COOKIE)
    if chosen is None:
        chosen = getattr(request.user, "theme", "")
    return chosen if chosen in THEMES else ""
