"""Confirm your identity: asks for a passkey, a code or a password after ``ProofRequired``."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from allauth.account.forms import ReauthenticateForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from clients_app.errors import ProofRequired, gettext_noop
from clients_app.http.sentences import sentence_of
from clients_app.identity.account_adapter import note_wrong_proof
from clients_app.identity.actor import acting, actor_of
from clients_app.identity.allauth_internals import reauthenticate_by_password
from clients_app.identity.factor_status import ways_of
from clients_app.identity.guesses import guess_at_proof
from clients_app.identity.kept_forms import Fields, posted, sent_fields
from clients_app.identity.last_proof import LASTS, asks_code, hold_open, last_proof
from clients_app.identity.mfa import CodeAgainForm
from clients_app.identity.passkeys.ceremony import PROOF
from clients_app.identity.passkeys.refusals import PasskeyRefused
from clients_app.identity.passkeys.use import asked_use, note_use, spend
from clients_app.identity.person import person_of
from clients_app.identity.sign_on.flow import note_refusal, proof_provider
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.identity.sign_on.visit import begin
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.rules.permissions import PERMISSIONS
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.services.people.sign_ins import record_proof

#: Renders a page that asks for a proof, from its context and status
Ask = Callable[[HttpRequest, dict[str, Any], int], HttpResponse]


class Given(NamedTuple):
    """What a person gave as a proof: a password or code, or the answer of a passkey."""

    typed: str
    passkey: str


def given_proof(request: HttpRequest) -> Given:
    """Return the proof in a form that was sent."""
    return Given(request.POST.get("proof", ""), request.POST.get("passkey", ""))


def open_window(
    request: HttpRequest,
    action: Action,
    *,
    client: Client | None = None,
    tenant_id: UUID | None = None,
) -> None:
    """Call ``require`` for the person; a submitted window has more time, see ``last_proof``."""
    if PERMISSIONS[action].proof:
        hold_open(request)
    require(actor_of(request, tenant_id=tenant_id), action, client=client)


def with_proof(request: HttpRequest, view: Callable[[], HttpResponse], ask: Ask) -> HttpResponse:
    """Return the response of ``view``, or the page that asks for a proof if it requires one.

    A request with a proof gets back the method and fields of the original request. The proof is
    checked only if it is still required. People of single sign-on are sent to their provider.
    """
    proof = given_proof(request) if "proof_for" in request.POST else None
    if proof is not None:
        _restore_original(request)
    try:
        return view()
    except ProofRequired as error:
        provider = proof_provider(request)
        if provider and proof is not None:
            return ask(request, *_visit_context(request, error, provider))
        wrong = "" if proof is None else problem_with(request, proof)
        if proof is None or wrong:
            return ask(request, _page_context(request, error, wrong), 422 if wrong else 200)
    if request.method == "GET" and not getattr(request, "htmx", False):
        return HttpResponseRedirect(request.get_full_path(), status=303)
    return view()


def _visit_context(
    request: HttpRequest, error: ProofRequired, provider: SignOnProvider
) -> tuple[dict[str, Any], int]:
    """Return the context with ``leave_to``, the address of the provider, and the status."""
    context, now = _page_context(request, error, ""), timezone.now()
    try:
        address = begin_proof(
            request, provider, to=request.get_full_path(), fields=context["kept"], now=now
        )
    except SignOnRefused as refused:
        note_refusal(request, refused, provider, now=now)
        return {**context, "error": sentence_of(refused)}, refused.status
    return {**context, "leave_to": address}, 200


def begin_proof(
    request: HttpRequest, provider: SignOnProvider, *, to: str, fields: Fields, now: datetime
) -> str:
    """Return the address of ``provider`` where the person must sign in again.

    Errors: SignOnRefused.
    """
    person_id = str(person_of(request).pk)
    return begin(request, provider, to=to, fields=fields, person_id=person_id, now=now)


def _page_context(request: HttpRequest, error: ProofRequired, wrong: str) -> dict[str, Any]:
    return {
        "why": sentence_of(error),
        "asked_for": "POST" if request.method == "POST" else "GET",
        "kept": sent_fields(request) if request.method == "POST" else [],
        **ways_of(person_of(request))._asdict(),
        "provider": proof_provider(request),
        "last_proof": last_proof(request),
        "lasts_min": LASTS.seconds // 60,
        "error": wrong,
    }


def _restore_original(request: HttpRequest) -> None:
    method = "GET" if request.POST["proof_for"] == "GET" else "POST"
    fields = sent_fields(request) if method == "POST" else []
    request.method = method
    request.POST = posted(fields)  # type: ignore[assignment]  # as Django sets it


def problem_with(request: HttpRequest, proof: Given) -> str:
    """Accept the ``proof``, or return what is wrong with it."""
    guess = guess_at_proof(request)
    if guess.wait_s:
        return too_many_wrong(guess.wait_s)
    if proof.passkey:
        wrong = _passkey_problem(request, proof.passkey)
    else:
        wrong = (_code_problem if asks_code(request) else _password_problem)(request, proof.typed)
    if wrong:
        guess.was_wrong()
        return wrong
    guess.was_right()
    request.session.cycle_key()
    return ""


def too_many_wrong(wait_s: int) -> str:
    """Return the sentence for a guess that must wait."""
    minutes = math.ceil(wait_s / 60)
    sentence = ngettext(
        "Too many wrong attempts. Wait a minute, then try again.",
        "Too many wrong attempts. Wait %(minutes)d minutes, then try again.",
        minutes,
    )
    return sentence % {"minutes": minutes}


def wait_then_try(wait_s: int) -> str:
    """Return the sentence for a request that must wait."""
    minutes = math.ceil(wait_s / 60)
    sentence = ngettext(
        "Wait a minute, then try again.", "Wait %(minutes)d minutes, then try again.", minutes
    )
    return sentence % {"minutes": minutes}


def _password_problem(request: HttpRequest, password: str) -> str:
    form = ReauthenticateForm({"password": password}, user=request.user)
    if not form.is_valid():
        return gettext("Incorrect password. Try again.")
    note_password(request)
    return ""


def note_password(request: HttpRequest) -> None:
    """Count the correct password that was just entered as a proof."""
    _note(request)
    reauthenticate_by_password(request)


def _code_problem(request: HttpRequest, code: str) -> str:
    form = CodeAgainForm({"code": code}, user=request.user)
    if form.is_valid():
        _note(request)
        form.save()
        return ""
    note_wrong_proof(request, gettext_noop("Incorrect code."))
    return gettext("Incorrect or already used code. Enter the code that your app shows now.")


def _passkey_problem(request: HttpRequest, answer: str) -> str:
    now = timezone.now()
    try:
        used = asked_use(request, PROOF, answer, now=now)
        passkey = spend(request, person_of(request), used, now=now)
    except PasskeyRefused as error:
        note_wrong_proof(request, gettext_noop("This passkey was not accepted."))
        return sentence_of(error)
    _note(request)
    note_use(request, passkey)
    return ""


def _note(request: HttpRequest) -> None:
    person = person_of(request)
    record_proof(person, actor=acting(request, person), now=timezone.now())
