"""Confirm your identity: a code or password given lately, before deeds that give or take power.

Asked when the window opens, where the last proof is older than 10 minutes; it then holds 10
minutes more, so that a form can be filled in peace (product rule, "Confirm your identity").
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.errors import Forbidden, gettext_noop
from clients_app.identity.factor_status import has_factor
from clients_app.identity.kept_forms import posted, sent_fields
from clients_app.identity.mfa import CodeAgainForm
from clients_app.identity.person import person_of
from clients_app.identity.request_actor import acting
from clients_app.services.activity.refused_attempts import note_refused
from clients_app.services.people.sign_ins import note_proof

LASTS: Final = timedelta(minutes=10)


class Ask(Protocol):
    """A door's page that asks: ``asked_for`` is the method that goes on after the proof."""

    def __call__(self, request: HttpRequest, *, asked_for: str, error: str) -> HttpResponse: ...


def asks_code(request: HttpRequest) -> bool:
    """Return whether the proof is a code: of whoever has a second factor; else a password."""
    known: bool | None = getattr(request, "asks_code", None)
    if known is None:
        known = has_factor(person_of(request))
        request.asks_code = known  # type: ignore[attr-defined]  # kept for this request
    return known


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave what is asked for; a code is as good as a password."""
    proofs = {"mfa"} if asks_code(request) else {"password", "mfa"}
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record["method"] in proofs]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def refusal(request: HttpRequest, ask: Ask, *, held_open: bool = True) -> HttpResponse | None:
    """Return the page that asks for a proof; None where the request may go on.

    A request that brings the proof becomes again, method and fields, what it was before it was
    asked for one. ``held_open`` gives a form that is sent the 10 minutes more.
    """
    if "proof_for" in request.POST:
        return _take_proof(request, ask)
    if _is_fresh(request, held_open=held_open):
        return None
    return ask(request, asked_for=request.method or "GET", error="")


def asked(request: HttpRequest, asked_for: str, error: str) -> dict[str, Any]:
    """Return what a page that asks for a proof shows, and what it carries on."""
    return {
        "asked_for": asked_for,
        "kept": sent_fields(request) if asked_for == "POST" else [],
        "by_code": asks_code(request),
        "error": error,
        "lasts_min": LASTS.seconds // 60,
    }


def _is_fresh(request: HttpRequest, *, held_open: bool) -> bool:
    sent = request.method not in {"GET", "HEAD"}
    last = last_proof(request)
    lasts = 2 * LASTS if sent and held_open else LASTS
    return last is not None and timezone.now() - last <= lasts


def _take_proof(request: HttpRequest, ask: Ask) -> HttpResponse | None:
    asked_for = "GET" if request.POST["proof_for"] == "GET" else "POST"
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return ask(request, asked_for=asked_for, error=gettext("Wait a minute, then try again."))
    error = _code_refused(request) if asks_code(request) else _password_refused(request)
    if error:
        return ask(request, asked_for=asked_for, error=error)
    request.session.cycle_key()
    request.method = asked_for
    was = posted(sent_fields(request)) if asked_for == "POST" else QueryDict()
    request.POST = was  # type: ignore[assignment]  # as Django sets it
    return None


def _password_refused(request: HttpRequest) -> str:
    """Take the password; return what is wrong with it."""
    form = ReauthenticateForm({"password": request.POST.get("proof", "")}, user=request.user)
    if form.has_error("password", "too_many_login_attempts"):
        return gettext("Too many wrong passwords. Try again in 5 minutes.")
    if not form.is_valid():
        return gettext("Incorrect password. Try again.")
    _note(request)
    reauthenticate_by_password(request)
    return ""


def _code_refused(request: HttpRequest) -> str:
    """Take the code; return what is wrong with it."""
    form = CodeAgainForm({"code": request.POST.get("proof", "")}, user=request.user)
    if form.is_valid():
        _note(request)
        form.save()
        return ""
    wrong = Forbidden(gettext_noop("This code is wrong."), action="session.confirm")
    note_refused(wrong, actor=acting(request, person_of(request)), now=timezone.now())
    if form.has_error("code", "too_many_login_attempts"):
        return gettext("Too many wrong codes. Try again in 5 minutes.")
    return gettext("Incorrect or already used code. Enter the code that your app shows now.")


def _note(request: HttpRequest) -> None:
    person = person_of(request)
    note_proof(person, actor=acting(request, person), now=timezone.now())
