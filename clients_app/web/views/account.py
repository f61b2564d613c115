"""Account: what people choose for themselves; each part is a form of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from clients_app import conf
from clients_app.errors import RuleBroken
from clients_app.identity.factor_status import CODES, authenticator_of, recovery_codes_left
from clients_app.identity.kept_forms import BACK, keeps
from clients_app.identity.passwords import (
    ask_for_code,
    change_password,
    may_try_password,
    password_form,
)
from clients_app.identity.person import person_of
from clients_app.limits import PASSWORD_MIN
from clients_app.services.people.preferences import ZONES, set_preferences
from clients_app.web.access import signed_in_somehow
from clients_app.web.htmx import see_other, show
from clients_app.web.shell import theme_of
from clients_app.web.views.theme import keep_theme


@require_safe
@signed_in_somehow
def account(request: HttpRequest) -> HttpResponse:
    """Show what a person may choose for himself."""
    return _ask(request)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_somehow
def account_password(request: HttpRequest) -> HttpResponse:
    """Change the password and end the other sessions; a reload comes back to Account."""
    if request.method != "POST":
        return see_other(reverse("account"))
    ask_for_code(request)
    if BACK in request.POST:
        return _ask(request)
    if not may_try_password(request):
        return _ask(request, status=429, too_many=True)
    form = password_form(request, request.POST)
    if not change_password(request, form):
        return _ask(request, status=422, password_form=form)
    messages.success(request, gettext("Password changed. Other sessions are signed out."))
    return see_other(reverse("account"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_somehow
@keeps("theme")
def account_theme(request: HttpRequest) -> HttpResponse:
    """Keep Light, Dark or System."""
    if BACK in request.POST:
        return _ask(request, chosen_theme=request.POST.get("theme", ""))
    response = see_other(reverse("account"))
    if request.method == "POST":
        keep_theme(request, response)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_somehow
@keeps("time_zone")
def account_time_zone(request: HttpRequest) -> HttpResponse:
    """Keep the time zone in which this person sees and types times."""
    if request.method != "POST":
        return see_other(reverse("account"))
    typed = request.POST.get("time_zone", "")
    if BACK in request.POST:
        return _ask(request, time_zone=typed)
    try:
        set_preferences(person_of(request), time_zone=typed)
    except RuleBroken as error:
        return _ask(request, status=422, zone_error=str(error))
    messages.success(request, gettext("Time zone saved."))
    return see_other(reverse("account"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_somehow
@keeps("shortcuts")
def account_shortcuts(request: HttpRequest) -> HttpResponse:
    """Turn single keys on or off (WCAG 2.2, 2.1.4)."""
    wanted = "shortcuts" in request.POST
    if BACK in request.POST:
        return _ask(request, has_shortcuts=wanted)
    if request.method == "POST":
        set_preferences(person_of(request), has_shortcuts=wanted)
        messages.success(request, gettext("Shortcuts saved."))
    return see_other(reverse("account"))


def _ask(request: HttpRequest, *, status: int = 200, **wrong: Any) -> HttpResponse:
    person = person_of(request)
    context = {
        "factor": authenticator_of(person),
        "codes_left": recovery_codes_left(person),
        "codes": CODES,
        "minimum": PASSWORD_MIN,
        "chosen_theme": theme_of(request) or "system",
        "time_zone": person.time_zone,
        "has_shortcuts": person.has_shortcuts,
        "zones": ["UTC", *ZONES],
        "installation_zone": str(conf.installation_zone()),
        "password_form": password_form(request),
        **wrong,
    }
    title = gettext("Account")
    return show(request, "account/account", context, title=title, fragments=(), status=status)
