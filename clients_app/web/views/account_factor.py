"""Account: the second factor of a person, an authenticator app with its recovery codes."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from clients_app.errors import Conflict, NotFound, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.identity import second_factors
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import has_factor, lacks_demanded_factor
from clients_app.identity.kept_forms import is_sent
from clients_app.identity.mfa import note_new_app, qr_code
from clients_app.identity.person import person_of
from clients_app.permissions import Action
from clients_app.web.access import may, signed_in_somehow
from clients_app.web.htmx import see_other, show

_PENDING: Final = "authenticator"  # in the session: the secret that is being set up, encrypted
_sent = require_http_methods(["GET", "HEAD", "POST"])  # a GET, as of a reload, shows Account


@_sent
@sensitive_variables("secret", "codes")
@signed_in_somehow
@may(Action.SET_OWN_FACTOR)
def account_authenticator(request: HttpRequest) -> HttpResponse:
    """Show a new secret for the app; a code of it sets the app up and shows recovery codes."""
    person = person_of(request)
    if has_factor(person):
        return see_other(reverse("account"))
    pending = request.session.get(_PENDING)
    if not is_sent(request):
        return _ask(request, second_factors.new_app_secret())
    if pending is None:
        late = gettext("The previous QR code is out of date. Scan this one.")
        return _ask(request, second_factors.new_app_secret(), error=late)
    secret, code = second_factors.decrypt(pending), request.POST.get("code", "")
    try:
        codes = second_factors.add_authenticator(
            person, secret, code, actor=actor_of(request), now=timezone.now()
        )
    except RuleBroken as error:
        return _ask(request, secret, error=sentence_of(error))
    except Conflict:  # by another window
        return see_other(reverse("account"))
    del request.session[_PENDING]
    note_new_app(request)
    return _show_codes(request, codes)


@_sent
@signed_in_somehow
@may(Action.SET_OWN_FACTOR)
def account_authenticator_remove(request: HttpRequest) -> HttpResponse:
    """Let sign-in ask for the password alone."""
    if is_sent(request):
        person, now = person_of(request), timezone.now()
        if second_factors.remove_factor(person, actor=actor_of(request), now=now):
            messages.success(request, gettext("Authenticator app removed."))
    return see_other(reverse("account"))


@_sent
@sensitive_variables("codes")
@signed_in_somehow
@may(Action.SET_OWN_FACTOR)
def account_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them; the former ones stop working."""
    if not is_sent(request):
        return see_other(reverse("account"))
    person, now = person_of(request), timezone.now()
    try:
        codes = second_factors.renew_recovery_codes(person, actor=actor_of(request), now=now)
    except NotFound:  # removed by another window
        return see_other(reverse("account"))
    return _show_codes(request, codes)


@sensitive_variables("secret")
def _ask(request: HttpRequest, secret: str, *, error: str = "") -> HttpResponse:
    request.session[_PENDING] = second_factors.encrypt(secret)
    context = {
        "image": qr_code(person_of(request), secret),
        "secret": secret,
        "error": error,
        "is_demanded": lacks_demanded_factor(person_of(request)),
    }
    title, status = gettext("Set up authenticator app"), 422 if error else 200
    return show(
        request, "account/account_authenticator", context, title=title, fragments=(), status=status
    )


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context, title = {"codes": "\n".join(codes)}, gettext("Recovery codes")
    return show(request, "account/account_recovery_codes", context, title=title, fragments=())
