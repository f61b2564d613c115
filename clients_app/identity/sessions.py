"""How long a session lasts, 30 minutes idle and 12 hours at most, and what it notes (SES-1)."""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from clients_app.http.middleware import is_for_machines
from clients_app.http.peer_address import address_of
from clients_app.identity.kept_forms import View

IDLE_S: Final = timedelta(minutes=30).total_seconds()
LONGEST_S: Final = timedelta(hours=12).total_seconds()
HEADER: Final = "Session-Left"
_SAVED_EVERY_S: Final = 60  # so that not each request writes the session
_BEGAN, _SEEN, _ID = "began_at", "seen_at", "lasting_id"
_ADDRESS, _USER_AGENT = "address", "user_agent"
_USER_AGENT_MAX: Final = 300  # characters


class Left(NamedTuple):
    """How long a session lasts; ``is_final`` if activity cannot extend it."""

    seconds: int
    is_final: bool

    def __str__(self) -> str:
        return f"{self.seconds}; final" if self.is_final else str(self.seconds)


class Noted(NamedTuple):
    """What a session has about itself; moments are in seconds since 1970."""

    id: str  # stays when the key changes, until the person signs out
    began_at: float
    seen_at: float
    address: str  # where it was seen last
    user_agent: str

    def left(self, now: float) -> Left:
        """Return how long the session still lasts."""
        idle, longest = self.seen_at + IDLE_S - now, self.began_at + LONGEST_S - now
        return Left(max(0, int(min(idle, longest))), is_final=longest <= idle)


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out people who were idle or signed in for too long, before the view runs.

    A header of each response has the time that is left, so that the page can warn in time.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if is_for_machines(request.path) or not request.user.is_authenticated:
            return get_response(request)
        _end_or_note(request)
        response = get_response(request)
        response[HEADER] = str(session_left(request))
        return response

    return respond


def polled(view: View) -> View:
    """Mark a view that pages poll: it does not extend the session."""
    view.is_polled = True  # type: ignore[attr-defined]  # see ``is_polled``
    return view


def is_polled(request: HttpRequest) -> bool:
    """Return whether the view of the request is ``polled``."""
    try:
        return getattr(resolve(request.path_info).func, "is_polled", False)
    except Resolver404:
        return False


def session_left(request: HttpRequest) -> Left:
    """Return how long the session still lasts; 0 seconds if nobody is signed in."""
    if not request.user.is_authenticated:
        return Left(0, is_final=True)
    now = timezone.now().timestamp()
    return noted_in(request.session, now).left(now)


def noted_in(content: Mapping[str, Any] | SessionBase, now: float) -> Noted:
    """Return what the content of a session has; if it was not used yet, it begins ``now``."""
    return Noted(
        content.get(_ID, ""),
        content.get(_BEGAN, now),
        content.get(_SEEN, now),
        content.get(_ADDRESS, ""),
        content.get(_USER_AGENT, ""),
    )


def begin_session(request: HttpRequest) -> None:
    """Note that a session begins, for somebody who has just signed in."""
    now = timezone.now().timestamp()
    request.session[_BEGAN] = now
    lasting_id(request)
    _note(request, now)


def lasting_id(request: HttpRequest) -> str:
    """Return an id of the session that stays when its key changes, until the person signs out."""
    if _ID not in request.session:
        request.session[_ID] = secrets.token_urlsafe(16)
    lasting: str = request.session[_ID]
    return lasting


def _end_or_note(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    seen = session.get(_SEEN, now)
    if now - seen > IDLE_S or now - session.get(_BEGAN, now) > LONGEST_S:
        logout(request)
        return
    if _BEGAN not in session:
        begin_session(request)
    elif now - seen > _SAVED_EVERY_S and not is_polled(request):
        _note(request, now)


def _note(request: HttpRequest, now: float) -> None:
    request.session[_SEEN] = now
    request.session[_ADDRESS] = address_of(request)
    request.session[_USER_AGENT] = request.headers.get("User-Agent", "")[:_USER_AGENT_MAX]
