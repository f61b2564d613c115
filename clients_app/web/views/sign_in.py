"""Sign in and sign out."""

import math
from functools import partial, wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clients_app.errors import SentBefore
from clients_app.identity import kept_forms
from clients_app.identity import sign_in as steps
from clients_app.identity.factor_status import ways_of
from clients_app.identity.kept_forms import View
from clients_app.identity.passkeys.ceremony import relying_party
from clients_app.identity.sessions import is_polled
from clients_app.identity.waiting_application import (
    application_behind,
    may_lead_to,
    waiting_application,
)
from clients_app.selectors.tenants.installation import administrators_exist, only_tenant
from clients_app.web.addresses import at
from clients_app.web.htmx import go, page_asked, page_behind, see_other, show, with_query
from clients_app.web.once import once, outcome_before

SIGNED_IN: Final = _(
    "Your first attempt signed you in, but its response did not reach this browser. Sign in again."
)


def for_applications(view: View) -> View:
    """Let the pages of ``view`` lead to the application that waits for the sign-in, if any."""

    @kept_forms.keeps()
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        waiting = application_behind(request)
        response = view(request, *args, **kwargs)
        return may_lead_to(response, waiting.redirect_uri) if waiting else response

    return respond


@at("sign-in", "account_login")
@for_applications
@kept_forms.keeps("login", "next", kept_forms.PREFIX)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Check username and password, then go on to where the person wanted to be."""
    to, fields = goal_of(request)
    if request.user.is_authenticated:
        return go_on(request, to, fields)
    username = request.POST.get("login", "")
    if not kept_forms.is_sent(request):
        return ask(request, to, fields, username=username)
    if settings.SIGN_ON_ONLY:
        kept_forms.give_notice(request, gettext("Passwords are not used here. Use a button below."))
        return ask(request, to, fields, status=403)
    answer = steps.take_password(request, to=to)
    if isinstance(answer, steps.Refused):
        return ask(request, to, fields, username=username, **answer._asdict())
    if request.user.is_authenticated:
        return steps.remembered(request, go_on(request, to, fields))
    return ask_code(request, to, fields) if steps.code_awaited(request) else answer


@at("sign-in/code", "mfa_authenticate")
@for_applications
@kept_forms.keeps("next", kept_forms.PREFIX)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code", "passkey")
@once("front", SIGNED_IN, claims=False)
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Check the passkey or code after the password, or a recovery code."""
    to, fields = goal_of(request)
    if request.user.is_authenticated:
        return go_on(request, to, fields)
    if first := outcome_before(request):
        return _say_first(request, to, fields, str(first.sentence))
    stage = steps.code_awaited(request)
    if stage is None and fields:
        return ask(request, to, fields, error="ended", status=403)
    if stage is None:
        return go(request, with_query(reverse("account_login"), next=to))
    if not kept_forms.is_sent(request):
        return ask_code(request, to, fields)
    answer = request.POST.get("passkey", "")
    try:
        if answer:
            refused = steps.take_passkey_after_password(request, stage, answer)
        else:
            refused = steps.take_code(request, stage)
    except SentBefore:  # at the same time
        return _say_first(request, to, fields, str(SIGNED_IN))
    if refused:
        return ask_code(request, to, fields, **refused._asdict())
    return steps.remembered(request, go_on(request, to, fields))


@at("sign-out")
@kept_forms.keeps("next")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server; with ``next``, another person may sign in and go on there."""
    if not kept_forms.is_sent(request):
        return see_other("front")
    steps.sign_out(request)
    return see_other(with_query(reverse("account_login"), next=request.POST.get("next", "")))


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Ask a signed-out person to sign in; a form that was sent keeps what was typed."""
    if request.method != "POST":
        back = page_behind(request) if is_polled(request) else page_asked(request)
        return go(request, with_query(reverse("account_login"), next=back))
    if first := outcome_before(request):
        return _say_first(request, reverse(first.page), [], str(first.sentence))
    fields = [*kept_forms.typed_fields(request), kept_forms.SHOWN]
    return ask(request, request.get_full_path(), fields, error="ended", status=403)


def goal_of(request: HttpRequest) -> tuple[str, kept_forms.Fields]:
    """Return where to go after the sign-in, and the fields of the form that waits there."""
    to = kept_forms.own_path(request.POST.get("next") or request.GET.get("next"))
    return to, kept_forms.carried_fields(request, to)


def go_on(request: HttpRequest, to: str, fields: kept_forms.Fields) -> HttpResponse:
    """Go on ``to`` a page, or to the form there with the ``fields`` that were typed."""
    again = kept_forms.show_again(request, to, fields) if fields else None
    return again or go(request, to)


def _say_first(
    request: HttpRequest, to: str, fields: kept_forms.Fields, sentence: str
) -> HttpResponse:
    """Ask for a sign-in after a form that was sent twice and whose first try ended the session."""
    kept_forms.give_notice(request, sentence)
    return ask(request, to, fields, status=403)


def ask(
    request: HttpRequest,
    to: str,
    fields: kept_forms.Fields,
    *,
    screen: str = "sign_in",
    error: str = "",
    username: str = "",
    status: int = 200,
    wait_s: int = 0,
) -> HttpResponse:
    """Ask for a sign-in, before going on ``to`` a page; ``wait_s`` is how long guesses wait."""
    waiting = waiting_application(to)
    if waiting and not username:
        username = waiting.login_hint
    context = {
        "application": waiting and waiting.client.name,
        "wait_min": math.ceil(wait_s / 60),
        "next": to,
        "kept": [(kept_forms.PREFIX + name, value) for name, value in fields],
        "error": error,
        "username": username,
        "tenant_name": waiting.client.tenant.name if waiting else only_tenant(),
        "is_unclaimed": not administrators_exist(),
        "providers": settings.SIGN_ON_PROVIDERS,
        "closed": settings.SIGN_ON_ONLY,
        "has_passkeys": bool(relying_party()),
        **_ways(request, screen),
    }
    reply = show(request, f"sign_in/{screen}", context, title=gettext("Sign in"), status=status)
    if wait_s:
        reply["Retry-After"] = str(wait_s)
    return reply


def _ways(request: HttpRequest, screen: str) -> dict[str, bool]:
    """Return how the person whose sign-in waits for its second step can take it."""
    stage = steps.code_awaited(request) if screen == "sign_in_code" else None
    return ways_of(stage.login.user)._asdict() if stage else {}


ask_code = partial(ask, screen="sign_in_code")
