"""How long a sign-in holds: 30 minutes idle, 12 hours at most (SES-1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from clients_app.http.middleware import MACHINES
from clients_app.identity.kept_forms import View

IDLE_S: Final = timedelta(minutes=30).total_seconds()
LONGEST_S: Final = timedelta(hours=12).total_seconds()
HEADER: Final = "Session-Left"
_NOTED_EVERY_S: Final = 20  # the session is not written for each request
_BEGAN, _SEEN = "began_at", "seen_at"


class Left(NamedTuple):
    """How long a session lasts; ``is_final`` where no activity can prolong it."""

    seconds: int
    is_final: bool

    def __str__(self) -> str:
        return f"{self.seconds}; final" if self.is_final else str(self.seconds)


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out, before the view runs, people who were idle or signed in for too long.

    Each answer to a person says how long the session still lasts: the page warns in time.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        _end_or_note(request)
        response = get_response(request)
        if not request.path.startswith(MACHINES):
            response[HEADER] = str(session_left(request))
        return response

    return respond


def polled(view: View) -> View:
    """Mark the view of an address that is polled."""
    view.is_polled = True  # type: ignore[attr-defined]  # see ``is_polled``
    return view


def is_polled(request: HttpRequest) -> bool:
    """Tell whether the address of the request is polled, by its route alone."""
    try:
        return getattr(resolve(request.path_info).func, "is_polled", False)
    except Resolver404:
        return False


def session_left(request: HttpRequest) -> Left:
    """Return how long the session of the request still lasts; nothing where nobody is signed in."""
    if not request.user.is_authenticated:
        return Left(0, is_final=True)
    now, session = timezone.now().timestamp(), request.session
    idle = session.get(_SEEN, now) + IDLE_S - now
    longest = session.get(_BEGAN, now) + LONGEST_S - now
    return Left(max(0, int(min(idle, longest))), is_final=longest <= idle)


def _end_or_note(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    seen = session.get(_SEEN, now)
    if now - seen > IDLE_S or now - session.get(_BEGAN, now) > LONGEST_S:
        logout(request)
        return
    session.setdefault(_BEGAN, now)
    if _SEEN not in session or (now - seen > _NOTED_EVERY_S and not is_polled(request)):
        session[_SEEN] = now
