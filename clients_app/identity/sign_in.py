"""The steps of a sign-in: a passkey; or a password, then a passkey or code for those with one."""

from typing import Final, NamedTuple

from allauth.account.forms import LoginForm
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from clients_app.http.forms.portal_form import sent_key_of
from clients_app.identity.account_adapter import note_failed
from clients_app.identity.actor import acting
from clients_app.identity.allauth_internals import logout, perform_login
from clients_app.identity.guesses import Guess, count_nonsense, guess_at_passkey, guess_at_sign_in
from clients_app.identity.known_devices import remember_device
from clients_app.identity.mfa import CodeForm
from clients_app.identity.passkeys.ceremony import CODE, SIGN_IN, check_challenge, parse_use
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.identity.passkeys.use import asked_use, note_use, person_named, spend
from clients_app.identity.person import person_of
from clients_app.models import Person
from clients_app.services import form_keys

_ACCESS: Final = "access"  # in the session: the access that the person had at the password


class Refused(NamedTuple):
    """Why a step was refused, and the status of the response."""

    error: str  # wrong, too_many, passkey, late
    status: int
    wait_s: int = 0


def take_password(request: HttpRequest, *, to: str) -> HttpResponse | Refused:
    """Sign the person in, or wait for their code (see ``code_awaited``)."""
    guess = guess_at_sign_in(request, "password", request.POST.get("login", "").strip())
    if guess.wait_s:
        note_failed(request, guess.username)
        return Refused("too_many", 429, guess.wait_s)
    form = LoginForm(request.POST, request=request)
    if form.is_valid():
        guess.was_right()
        return _login(request, form, to=to)
    guess.was_wrong()
    return Refused("wrong", 422)


def take_passkey(request: HttpRequest, answer: str, *, to: str) -> Refused | None:
    """Sign in the person of a passkey, which is both of their factors."""
    now = timezone.now()
    try:
        used = parse_use(answer)
    except PasskeyRefused as error:
        count_nonsense(request)
        return _passkey_refused(request, error)
    person = person_named(used)
    guess = guess_at_passkey(request, used.id, person.username if person else "")
    if guess.wait_s:
        note_failed(request, guess.username)
        return Refused("too_many", 429, guess.wait_s)
    try:
        check_challenge(request, SIGN_IN, used.response.client_data, now=now)
        if person is None:
            raise PasskeyRefused("nobody")
        passkey = spend(request, person, used, now=now)
    except PasskeyRefused as error:
        return _passkey_refused(request, error, guess)
    guess.was_right()
    note_use(request, passkey, signs_in=True)
    perform_login(request, Login(user=person, redirect_url=to))
    return None


def _passkey_refused(
    request: HttpRequest, error: PasskeyRefused, guess: Guess | None = None
) -> Refused:
    if guess:
        guess.was_wrong()
        error.username = guess.username
    note_failed(request, error.username, reason=error.reason)
    return Refused("late" if error.reason == "too late" else "passkey", 422)


def take_first_password(request: HttpRequest, username: str, password: str, *, to: str) -> None:
    """Sign in somebody who has just chosen their first password, or wait for their code."""
    form = LoginForm({"login": username, "password": password}, request=request)
    if form.is_valid():  # not if the person was deactivated meanwhile
        _login(request, form, to=to)


def _login(request: HttpRequest, form: LoginForm, *, to: str) -> HttpResponse:
    response: HttpResponse = form.login(request, redirect_url=to)
    if not request.user.is_authenticated:  # a code comes next
        await_code(request, form.user)
    return response


def await_code(request: HttpRequest, person: Person) -> None:
    """Let the sign-in of ``person`` wait for their code, as long as their access stays the same."""
    request.session[_ACCESS] = person.get_session_auth_hash()


def code_awaited(request: HttpRequest) -> LoginStage | None:
    """Return the sign-in that waits for a code; it ends with the person's sessions."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None or not stage.login.user.is_active:
        return None
    now, then = stage.login.user.get_session_auth_hash(), request.session.get(_ACCESS, "")
    return stage if constant_time_compare(now, then) else None


def take_passkey_after_password(
    request: HttpRequest, stage: LoginStage, answer: str
) -> Refused | None:
    """Sign in the person of ``stage`` with a passkey as their second factor."""
    person, now = stage.login.user, timezone.now()
    guess = guess_at_sign_in(request, "code", person.get_username())
    if guess.wait_s:
        note_failed(request, guess.username)
        return Refused("too_many", 429, guess.wait_s)
    try:
        used = asked_use(request, CODE, answer, now=now)
        passkey = spend(request, person, used, now=now)
    except PasskeyRefused as error:
        return _passkey_refused(request, error, guess)
    guess.was_right()
    note_use(request, passkey)
    stage.exit()
    return None


def take_code(request: HttpRequest, stage: LoginStage) -> Refused | None:
    """Sign in the person of ``stage`` with a code of the app or a recovery code.

    Errors: SentBefore.
    """
    person, form_key = stage.login.user, sent_key_of(request.POST)
    actor = acting(request, person)
    with form_keys.once(form_key, actor=actor, now=timezone.now()):
        guess = guess_at_sign_in(request, "code", person.get_username())
        form = CodeForm(request.POST, user=person)
        if not guess.wait_s and form.is_valid():
            guess.was_right()
            form.save()
            stage.exit()
            return None
        form_keys.release(form_key, actor=actor)
    note_failed(request, guess.username)
    if guess.wait_s:
        return Refused("too_many", 429, guess.wait_s)
    guess.was_wrong()
    return Refused("wrong", 422)


def remembered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return ``response`` to the sign-in that has just succeeded; it makes the device known."""
    remember_device(request, response, person_of(request).username)
    return response


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    logout(request, show_message=False)
