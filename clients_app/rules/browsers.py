"""The name of a browser and its system, from what it says about itself.

Browsers stopped to say more (User-Agent Reduction), so a table of names is enough. Anyone can send
anything here: it helps people to recognise their own sessions, and decides nothing.
"""

from typing import Final, NamedTuple

#: what only this browser has in its User-Agent; the first that fits, because most name others too
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Browser(NamedTuple):
    """``name`` and ``system`` are empty where the browser does not say."""

    name: str
    system: str


def browser_of(user_agent: str) -> Browser:
    """Return the browser behind the header User-Agent."""
    return Browser(_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in table if mark in user_agent), "")
