"""Confirm your identity: a password given lately, before deeds that give or take power.

Asked when the window opens, where the last proof is older than 10 minutes; it then holds 10
minutes more, so that a form can be filled in peace (product rule, "Confirm your identity").
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from clients_app.web.accounts import PROOF_LASTS
from clients_app.web.htmx import see_other, show, wants_fragment
from clients_app.web.kept import posted, sent_fields

View = Callable[..., HttpResponse]


def fresh_proof(
    why: str | Promise, *, when: Callable[..., bool] | None = None
) -> Callable[[View], View]:
    """Ask for the password first where the last proof is too old; ``why`` is a sentence.

    A window that only sometimes gives power asks ``when`` it does: called as the view is, on
    what was sent.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "proof_for" in request.POST:
                refusal = _take_proof(request, why)
                if refusal is not None:
                    return refusal
                if request.method == "GET" and not wants_fragment(request):
                    return see_other(request.get_full_path())
            elif when is not None and not when(request, *args, **kwargs):
                pass
            elif not _is_fresh(request, held_open=when is None):
                return _ask(request, why, asked_for=request.method or "GET")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def last_proof(request: HttpRequest) -> datetime | None:
    """Return when this session last gave a password or a second factor."""
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records if record["method"] in {"password", "mfa"}]
    return datetime.fromtimestamp(max(moments), UTC) if moments else None


def _is_fresh(request: HttpRequest, *, held_open: bool) -> bool:
    sent = request.method not in {"GET", "HEAD"}
    lasts = 2 * PROOF_LASTS if sent and held_open else PROOF_LASTS
    last = last_proof(request)
    return last is not None and timezone.now() - last <= lasts


def _take_proof(request: HttpRequest, why: str | Promise) -> HttpResponse | None:
    """Check the password; make the request what it was before it was asked, or ask again."""
    asked_for = "GET" if request.POST["proof_for"] == "GET" else "POST"
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _ask(request, why, asked_for=asked_for, error=gettext("Wait a minute, try again."))
    form = ReauthenticateForm({"password": request.POST.get("proof", "")}, user=request.user)
    if not form.is_valid():
        return _ask(request, why, asked_for=asked_for, error=_sentence(form))
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


def _ask(
    request: HttpRequest, why: str | Promise, *, asked_for: str, error: str = ""
) -> HttpResponse:
    context = {
        "why": why,
        "last_proof": last_proof(request),
        "lasts_min": PROOF_LASTS.seconds // 60,
        "asked_for": asked_for,
        "kept": sent_fields(request) if asked_for == "POST" else [],
        "error": error,
        "action": request.get_full_path(),
    }
    status = 422 if error else 200
    title = gettext("Confirm your identity")
    return show(request, "confirm_identity", context, title=title, status=status)
