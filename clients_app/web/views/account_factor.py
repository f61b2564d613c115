"""Account: the second factor, an authenticator app with its recovery codes."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app.errors import Conflict, NotFound, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.identity import second_factors
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import authenticator_of, lacks_demanded_factor
from clients_app.identity.guesses import guess_at_proof
from clients_app.identity.kept_forms import is_sent, own_path
from clients_app.identity.mfa import note_new_factor, qr_code
from clients_app.identity.passkeys.ceremony import relying_party
from clients_app.identity.person import person_of
from clients_app.identity.proof import too_many_wrong
from clients_app.identity.put_off_factor import put_off, put_off_until
from clients_app.identity.sessions import lasting_id
from clients_app.identity.waiting_application import waiting_application
from clients_app.permissions import Action
from clients_app.web.access import button, window
from clients_app.web.addresses import at
from clients_app.web.htmx import go, see_other, show
from clients_app.web.once import once
from clients_app.web.views.account import account_refused

_PENDING: Final = "authenticator"  # in the session: the encrypted secret that is being set up
_THEN: Final = "after_authenticator"  # in the session: where an application waits


@at("account/authenticator")
@sensitive_variables("secret", "codes")
@window(Action.SET_OWN_FACTOR, demands_factor=False)
@once(
    "account",
    _("The authenticator app is set up. If you did not see its recovery codes, create new ones."),
)
def account_authenticator(request: HttpRequest) -> HttpResponse:
    """Show a new secret for the app; a valid code sets up the app and shows recovery codes."""
    person = person_of(request)
    if authenticator_of(person):
        return see_other("account")
    pending = request.session.get(_PENDING)
    if not is_sent(request):
        request.session[_THEN] = own_path(request.GET.get("next"))
        return _ask(request, second_factors.new_app_secret())
    if pending is None:
        late = gettext("The previous QR code is out of date. Scan this one.")
        return _ask(request, second_factors.new_app_secret(), error=late)
    secret, code = second_factors.decrypt(pending), request.POST.get("code", "")
    guess = guess_at_proof(request)
    if guess.wait_s:
        return _ask(request, secret, error=too_many_wrong(guess.wait_s), status=429)
    try:
        codes = second_factors.add_authenticator(
            person, secret, code, actor=actor_of(request), now=timezone.now()
        )
    except RuleBroken as error:
        guess.was_wrong()
        return _ask(request, secret, error=sentence_of(error))
    except Conflict:  # set up in another window
        return see_other("account")
    guess.was_right()
    del request.session[_PENDING]
    note_new_factor(request, "totp")
    then = request.session.pop(_THEN, "/")
    if codes:
        return show_codes(request, codes, then=then)
    messages.success(request, gettext("The authenticator app is set up."))
    return see_other("account")


@at("account/authenticator/later")
@window(None, demands_factor=False)
def account_authenticator_later(request: HttpRequest) -> HttpResponse:
    """Put off a required second factor until the next sign-in, and go on."""
    until = put_off_until(person_of(request), now=timezone.now())
    if not is_sent(request) or until is None:
        return see_other("account-authenticator")
    put_off(request)
    return go(request, request.session.pop(_THEN, "/"))


@at("account/authenticator/remove")
@button("account", Action.SET_OWN_FACTOR, demands_factor=False)
@once("account", _("Authenticator app removed. Other sessions are signed out."))
def account_authenticator_remove(request: HttpRequest) -> HttpResponse:
    """Remove the app: without a passkey, sign-in then only needs the password."""
    person, now, this = person_of(request), timezone.now(), lasting_id(request)
    try:
        actor = actor_of(request)
        removed = second_factors.remove_app(person, actor=actor, now=now, session_id=this)
    except Conflict as error:
        return account_refused(request, sentence_of(error))
    if removed:
        said = gettext("Authenticator app removed. Other sessions are signed out.")
        messages.success(request, said)
    return see_other("account")


@at("account/recovery-codes")
@sensitive_variables("codes")
@button("account", Action.SET_OWN_FACTOR, demands_factor=False)
@once(
    "account",
    _("New recovery codes were created. If you did not see them, create new ones again."),
)
def account_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Create new recovery codes and show them; the previous ones stop working."""
    person, now = person_of(request), timezone.now()
    try:
        codes = second_factors.renew_recovery_codes(person, actor=actor_of(request), now=now)
    except NotFound:  # removed in another window
        return see_other("account")
    return show_codes(request, codes)


@sensitive_variables("secret")
def _ask(
    request: HttpRequest, secret: str, *, error: str = "", status: int | None = None
) -> HttpResponse:
    request.session[_PENDING] = second_factors.encrypt(secret)
    context = {
        "image": qr_code(person_of(request), secret),
        "secret": secret,
        "error": error,
        "is_demanded": lacks_demanded_factor(person_of(request)),
        "put_off_until": put_off_until(person_of(request), now=timezone.now()),
        "can_add_passkey": bool(relying_party()),
        "next": request.session.get(_THEN, ""),
    }
    title, status = gettext("Set up authenticator app"), status or (422 if error else 200)
    return show(
        request, "account/account_authenticator", context, title=title, fragments=(), status=status
    )


def show_codes(request: HttpRequest, codes: list[str], *, then: str = "/") -> HttpResponse:
    """Show the codes; to ``close`` the window leads on to an application that waits, if any."""
    close = then if waiting_application(then) else reverse("account")
    context, title = {"codes": "\n".join(codes), "close": close}, gettext("Recovery codes")
    return show(request, "account/account_recovery_codes", context, title=title, fragments=())
