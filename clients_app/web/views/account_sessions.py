"""Account > Sessions: ends one of the other sessions, or all of them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clients_app.identity.actor import actor_of
from clients_app.identity.own_sessions import end_sessions
from clients_app.identity.person import person_of
from clients_app.identity.sessions import lasting_id
from clients_app.permissions import Action
from clients_app.web.access import button
from clients_app.web.addresses import at
from clients_app.web.htmx import see_other


@at("account/sessions/<slug:session_id>/end")
@button("account", Action.END_OWN_SESSIONS, demands_factor=False)
def account_session_end(request: HttpRequest, session_id: str) -> HttpResponse:
    """End one session; nothing happens if it has ended already."""
    return _end(request, only=session_id)


@at("account/sessions/end")
@button("account", Action.END_OWN_SESSIONS, demands_factor=False)
def account_sessions_end(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one."""
    return _end(request)


def _end(request: HttpRequest, *, only: str = "") -> HttpResponse:
    person, this = person_of(request), lasting_id(request)
    number = end_sessions(
        person, only=only, spare=this, actor=actor_of(request), now=timezone.now()
    )
    ended = ngettext("Session ended.", "%(number)d sessions ended.", number)
    said = ended % {"number": number} if number else gettext("It had ended already.")
    messages.success(request, said)
    return see_other("account")
