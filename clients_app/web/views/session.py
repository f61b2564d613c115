"""How long the session still lasts: asked before the warning, and prolonged by the person."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.identity.sessions import HEADER, polled, session_left


@require_safe
@polled
def session_asked(request: HttpRequest) -> HttpResponse:
    """Say how long it lasts; to ask is no activity."""
    return _left(request)


@require_safe
def session_stay(request: HttpRequest) -> HttpResponse:
    """Stay signed in: the request itself is the activity, as a visit of any page is."""
    return _left(request)


def _left(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204)
    response[HEADER] = str(session_left(request))
    return response
