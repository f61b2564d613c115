"""Account: what people choose for themselves; each part is a form of its own."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.errors import RuleBroken
from clients_app.http.forms.portal_form import sent_key_of
from clients_app.http.theme import theme_of
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import (
    CODES,
    authenticator_of,
    has_factor,
    must_have_factor,
    recovery_codes_left,
)
from clients_app.identity.kept_forms import BACK, give_notice, is_sent, own_path
from clients_app.identity.own_sessions import live_sessions
from clients_app.identity.passkeys.ceremony import relying_party
from clients_app.identity.passkeys.held import passkeys_of
from clients_app.identity.passwords import MustWait, ask_for_code, change_password, password_form
from clients_app.identity.person import person_of
from clients_app.identity.proof import too_many_wrong
from clients_app.identity.sessions import lasting_id
from clients_app.limits import PASSWORD_MIN
from clients_app.selectors.authorizations.allowed import allowed_applications
from clients_app.services import form_keys
from clients_app.services.people.guess_notices import close_notice
from clients_app.services.people.preferences import ZONES, set_preferences
from clients_app.web.access import screen, window
from clients_app.web.addresses import at
from clients_app.web.htmx import go, see_other, show
from clients_app.web.once import once
from clients_app.web.views.theme import keep_theme

_part = partial(window, None, demands_factor=False)


@at("account")
@screen(demands_factor=False)
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own settings."""
    return _page(request)


@at("account/password")
@_part()
@once(
    "account", _("Password changed. Other sessions and applications are signed out."), claims=False
)
def account_password(request: HttpRequest) -> HttpResponse:
    """Change the password and end the other sessions; a reload goes back to Account."""
    if request.method != "POST":
        return see_other("account")
    ask_for_code(request)
    if BACK in request.POST:
        return _page(request)
    form_keys.refuse_used(sent_key_of(request.POST), actor=actor_of(request))
    form = password_form(request, request.POST)
    try:
        if not change_password(request, form):
            return _page(request, status=422, password_form=form)
    except MustWait as error:
        return _page(request, status=429, too_many=too_many_wrong(error.seconds))
    return _saved(
        request, gettext("Password changed. Other sessions and applications are signed out.")
    )


@at("account/theme")
@_part("theme")
def account_theme(request: HttpRequest) -> HttpResponse:
    """Save Light, Dark or System."""
    if BACK in request.POST:
        return _page(request, chosen_theme=request.POST.get("theme", ""))
    response = see_other("account")
    if request.method == "POST":
        keep_theme(request, response)
    return response


@at("account/time-zone")
@_part("time_zone")
def account_time_zone(request: HttpRequest) -> HttpResponse:
    """Save the time zone in which the person sees and types times."""
    if request.method != "POST":
        return see_other("account")
    typed = request.POST.get("time_zone", "")
    if BACK in request.POST:
        return _page(request, time_zone=typed)
    try:
        set_preferences(person_of(request), time_zone=typed)
    except RuleBroken as error:
        return _page(request, status=422, zone_error=str(error))
    return _saved(request, gettext("Time zone saved."))


@at("account/shortcuts")
@_part("shortcuts")
def account_shortcuts(request: HttpRequest) -> HttpResponse:
    """Turn single-key shortcuts on or off (WCAG 2.2, 2.1.4)."""
    if request.method != "POST":
        return see_other("account")
    wanted = "shortcuts" in request.POST
    if BACK in request.POST:
        return _page(request, has_shortcuts=wanted)
    set_preferences(person_of(request), has_shortcuts=wanted)
    return _saved(request, gettext("Shortcuts saved."))


@at("account/rows")
@_part("next", "dense")
def account_rows(request: HttpRequest) -> HttpResponse:
    """Make the rows of the list compact or not, and go back to the page that had the button."""
    if is_sent(request):
        set_preferences(person_of(request), has_dense_rows=request.POST.get("dense") == "1")
    return go(request, own_path(request.POST.get("next")))


@at("account/guesses/close")
@_part("next")
def account_guesses_close(request: HttpRequest) -> HttpResponse:
    """Close the notice about wrong passwords or codes, and go back to the page that had it."""
    if is_sent(request):
        close_notice(person_of(request))
    return go(request, own_path(request.POST.get("next")))


def account_refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """Show Account again, with why nothing was changed."""
    give_notice(request, sentence)
    return _page(request, status=409)


def _saved(request: HttpRequest, message: str) -> HttpResponse:
    messages.success(request, message)
    return see_other("account")


def _page(request: HttpRequest, *, status: int = 200, **result: Any) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    context = {
        "factor": authenticator_of(person),
        "codes_left": recovery_codes_left(person),
        "codes": CODES,
        "has_factor": has_factor(person),
        "must_have_factor": must_have_factor(person),
        "passkeys": passkeys_of(person),
        "can_add_passkey": bool(relying_party()),
        "minimum": PASSWORD_MIN,
        "has_password": person.has_usable_password() and not settings.SIGN_ON_ONLY,
        "applications": allowed_applications(person, now=now),
        "sessions": live_sessions(person, now=now),
        "this_session": lasting_id(request),
        "chosen_theme": theme_of(request) or "system",
        "time_zone": person.time_zone,
        "has_shortcuts": person.has_shortcuts,
        "zones": ["UTC", *ZONES],
        "installation_zone": str(conf.installation_zone()),
        "password_form": password_form(request),
        **result,
    }
    title = gettext("Account")
    return show(request, "account/account", context, title=title, fragments=(), status=status)
