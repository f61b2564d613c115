"""Account: passkeys are added, renamed and removed."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from fido2.webauthn import RegistrationResponse

from clients_app.errors import Conflict, Forbidden, RuleBroken, gettext_noop
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import lacks_demanded_factor
from clients_app.identity.kept_forms import own_path
from clients_app.identity.mfa import note_new_factor
from clients_app.identity.passkeys.ceremony import new_passkey, relying_party
from clients_app.identity.passkeys.held import (
    add_passkey,
    get_passkey,
    passkeys_of,
    remove_passkey,
    rename_passkey,
)
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.identity.person import person_of
from clients_app.identity.sessions import lasting_id
from clients_app.models import Person
from clients_app.permissions import Action
from clients_app.services.activity.refused_attempts import note_refused
from clients_app.web.access import button, window
from clients_app.web.addresses import at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.forms.passkey_forms import PasskeyForm
from clients_app.web.htmx import done, see_other
from clients_app.web.once import once
from clients_app.web.views.account import account_refused
from clients_app.web.views.account_factor import show_codes


@at("account/passkeys/add")
@sensitive_variables("codes")
@window(Action.SET_OWN_FACTOR, PasskeyForm, "next", demands_factor=False)
@once(
    "account",
    _("The passkey is added. If you did not see recovery codes, create new ones."),
)
def account_passkey_add(request: HttpRequest) -> HttpResponse:
    """Add a passkey that the browser makes; the first second factor brings recovery codes."""
    person, to = person_of(request), own_path(request.POST.get("next") or request.GET.get("next"))

    @sensitive_variables("codes")
    def save(form: PasskeyForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        made, name = _made(request, now=now), form.cleaned_data["name"]
        codes = add_passkey(person, made, name, actor=actor, now=now)
        note_new_factor(request, "webauthn")
        if codes:
            return show_codes(request, codes, then=to)
        messages.success(request, gettext("Passkey added."))
        return see_other("account")

    page = Screen(
        "account/account_passkey_add",
        gettext("Add passkey"),
        {
            "next": to,
            "can_add": bool(relying_party()),
            "is_demanded": lacks_demanded_factor(person),
        },
    )
    return form_window(
        request, page, PasskeyForm, save, acts_once=True, initial={"name": _suggested(person)}
    )


@at("account/passkeys/<int:passkey_id>/rename")
@window(Action.SET_OWN_FACTOR, PasskeyForm, demands_factor=False)
def account_passkey_rename(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Give a passkey another name."""
    person = person_of(request)
    passkey = get_passkey(person, passkey_id)

    def save(form: PasskeyForm) -> HttpResponse:
        actor, now = actor_of(request), timezone.now()
        rename_passkey(person, passkey_id, form.cleaned_data["name"], actor=actor, now=now)
        return done(request, gettext("Passkey renamed."), "account")

    page = Screen("account/account_passkey_rename", gettext("Rename passkey"), {"passkey": passkey})
    return form_window(request, page, PasskeyForm, save, initial={"name": passkey.name})


@at("account/passkeys/<int:passkey_id>/remove")
@button("account", Action.SET_OWN_FACTOR, demands_factor=False)
@once("account", _("Passkey removed. Other sessions are signed out."))
def account_passkey_remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Remove a passkey: it signs in nobody any more."""
    person, actor, now = person_of(request), actor_of(request), timezone.now()
    try:
        this = lasting_id(request)
        name = remove_passkey(person, passkey_id, actor=actor, now=now, session_id=this)
    except Conflict as error:
        return account_refused(request, sentence_of(error))
    said = gettext("Passkey %(name)s removed. Other sessions are signed out.")
    messages.success(request, said % {"name": name})
    return see_other("account")


def _made(request: HttpRequest, *, now: datetime) -> RegistrationResponse:
    """Return the passkey that the browser made. Errors: RuleBroken; Conflict."""
    answer = request.POST.get("passkey", "")
    if not answer:
        raise RuleBroken(gettext_noop("Turn JavaScript on to add a passkey."))
    try:
        return new_passkey(request, answer, now=now)
    except PasskeyRefused as error:
        refused = Forbidden(error.sentence, action=Action.SET_OWN_FACTOR)
        note_refused(refused, actor=actor_of(request), now=now)
        raise Conflict(error.sentence) from error


def _suggested(person: Person) -> str:
    number = len(passkeys_of(person)) + 1
    return gettext("Passkey") if number == 1 else gettext("Passkey %(n)d") % {"n": number}
