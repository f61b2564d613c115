"""Confirm your identity, at this door: a password given lately, before deeds that give power.

The same rule as in the portal's own pages: asked when the page opens, where the last proof is
older than 10 minutes; it then holds 10 minutes more, so that a form can be filled in peace.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from clients_app.admin.actor import person_of
from clients_app.admin.pages import see_other
from clients_app.admin.site import View, site

_NOT_KEPT: Final = frozenset({"csrfmiddlewaretoken", "proof", "proof_for"})


def fresh_proof(view: Callable[..., HttpResponse]) -> View:
    """Ask for the password first where the last proof is too old; what was typed survives."""

    @wraps(view)
    @sensitive_post_parameters("proof")
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "proof_for" in request.POST:
            return _take_proof(request, lambda: view(request, *args, **kwargs))
        if not _is_fresh(request):
            return _ask(request, asked_for="POST" if request.method == "POST" else "GET")
        return view(request, *args, **kwargs)

    return guarded


def _is_fresh(request: HttpRequest) -> bool:
    records = get_authentication_records(request, person_of(request))
    moments = [record["at"] for record in records if record["method"] in {"password", "mfa"}]
    lasts_s = app_settings.REAUTHENTICATION_TIMEOUT * (2 if request.method == "POST" else 1)
    return bool(moments) and time.time() - max(moments) <= lasts_s


def _take_proof(request: HttpRequest, go_on: Callable[[], HttpResponse]) -> HttpResponse:
    """Check the password; then do what was asked before it, or ask again."""
    asked_for = "POST" if request.POST["proof_for"] == "POST" else "GET"
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return _ask(request, asked_for=asked_for, error=gettext("Wait a minute, try again."))
    form = ReauthenticateForm({"password": request.POST.get("proof", "")}, user=request.user)
    if not form.is_valid():
        return _ask(request, asked_for=asked_for, error=_sentence(form))
    reauthenticate_by_password(request)
    request.session.cycle_key()
    if asked_for == "GET":
        return see_other(request.get_full_path())
    kept = QueryDict(mutable=True)
    for name, value in _typed(request):
        kept.appendlist(name, value)
    request.POST = kept  # type: ignore[assignment]
    return go_on()


def _sentence(form: ReauthenticateForm) -> str:
    if form.has_error("password", "too_many_login_attempts"):
        return gettext("Too many wrong passwords. Try again in 5 minutes.")
    return gettext("Enter your password. This one is wrong.")


def _ask(request: HttpRequest, *, asked_for: str, error: str = "") -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": gettext("Confirm your identity"),
        "asked_for": asked_for,
        "kept": _typed(request) if asked_for == "POST" else [],
        "error": error,
        "lasts_min": app_settings.REAUTHENTICATION_TIMEOUT // 60,
    }
    return render(request, "admin/confirm_identity.html", context, status=422 if error else 200)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_KEPT
        for value in values
    ]
