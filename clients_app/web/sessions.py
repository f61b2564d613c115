"""How long a sign-in holds: 30 minutes idle, 12 hours at most (product rule, "Sessions")."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

IDLE_S: Final = timedelta(minutes=30).total_seconds()
LONGEST_S: Final = timedelta(hours=12).total_seconds()
_NOTED_EVERY_S: Final = 20  # the session is not written for each request
_BEGAN, _SEEN = "began_at", "seen_at"


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out, before the view runs, whoever was idle or signed in for too long."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _end_or_note(request)
        return get_response(request)

    return respond


def _end_or_note(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    seen = session.get(_SEEN, now)
    if now - seen > IDLE_S or now - session.get(_BEGAN, now) > LONGEST_S:
        logout(request)
        return
    session.setdefault(_BEGAN, now)
    if _SEEN not in session or now - seen > _NOTED_EVERY_S:
        session[_SEEN] = now
