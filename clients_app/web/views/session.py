"""How long the session lasts: polled before the warning, and extended by the person."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.identity.sessions import HEADER, polled, session_left
from clients_app.web.addresses import at


@at("session/stay")
@require_safe
def session_stay(request: HttpRequest) -> HttpResponse:
    """Stay signed in: the request itself is the activity, like a visit to any page."""
    return HttpResponse(status=204, headers={HEADER: str(session_left(request))})


@at("session", "session-left")
@require_safe
@polled
def session_asked(request: HttpRequest) -> HttpResponse:
    """Return how long the session lasts; a poll is not activity."""
    return session_stay(request)
