"""Confirm your identity: a password given lately, before deeds that give or take power.

Asked when the window opens, where the last proof is older than 10 minutes; it then holds 10
minutes more, so that a form can be filled in peace (product rule, "Confirm your identity").
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.browsers.actor import acting
from clients_app.browsers.person import person_of
from clients_app.browsers.typed import posted, sent_fields
from clients_app.services.sign_ins import note_proof

LASTS: Final = timedelta(minutes=10)


class Ask(Protocol):
    """A door's page that asks: ``asked_for`` is the method that goes on after the proof."""

    def __call__(self, request: HttpRequest, *, asked_for: str, error: str) -> HttpResponse: ...


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave a password or a second factor."""
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record["method"] in {"password", "mfa"}]
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


def _is_fresh(request: HttpRequest, *, held_open: bool) -> bool:
    sent = request.method not in {"GET", "HEAD"}
    last = last_proof(request)
    lasts = 2 * LASTS if sent and held_open else LASTS
    return last is not None and timezone.now() - last <= lasts


def _take_proof(request: HttpRequest, ask: Ask) -> HttpResponse | None:
    asked_for = "GET" if request.POST["proof_for"] == "GET" else "POST"
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return ask(request, asked_for=asked_for, error=gettext("Wait a minute, try again."))
    form = ReauthenticateForm({"password": request.POST.get("proof", "")}, user=request.user)
    if not form.is_valid():
        return ask(request, asked_for=asked_for, error=_sentence(form))
    person = person_of(request)
    note_proof(person, actor=acting(request, person), now=timezone.now())
    reauthenticate_by_password(request)
    request.session.cycle_key()
    request.method = asked_for
    was = posted(sent_fields(request)) if asked_for == "POST" else QueryDict()
    request.POST = was  # type: ignore[assignment]
    return None


def _sentence(form: ReauthenticateForm) -> str:
    if form.has_error("password", "too_many_login_attempts"):
        return gettext("Too many wrong passwords. Try again in 5 minutes.")
    return gettext("Enter your password. This one is wrong.")
