"""Confirm your identity, as a window: see ``browsers/proof.py`` for when it is asked."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from clients_app.identity import proof
from clients_app.identity.kept_forms import View
from clients_app.web.htmx import see_other, show, wants_fragment


def fresh_proof(
    why: str | Promise, *, when: Callable[..., bool] | None = None
) -> Callable[[View], View]:
    """Ask for a proof first where the last proof is too old; ``why`` is a sentence.

    A window that only sometimes gives power asks ``when`` it does: called as the view is, on
    what was sent.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        @sensitive_post_parameters("proof")
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def ask(request: HttpRequest, *, asked_for: str, error: str) -> HttpResponse:
                return _ask(request, why, asked_for=asked_for, error=error)

            sent = request.method == "POST"
            brings_proof = "proof_for" in request.POST
            if brings_proof or when is None or when(request, *args, **kwargs):
                refusal = proof.refusal(request, ask, held_open=when is None)
                if refusal is not None:
                    return refusal
            if sent and request.method == "GET" and not wants_fragment(request):
                return see_other(request.get_full_path())
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _ask(request: HttpRequest, why: str | Promise, *, asked_for: str, error: str) -> HttpResponse:
    context = {
        "why": why,
        "last_proof": proof.last_proof(request),
        **proof.asked(request, asked_for, error),
        "action": request.get_full_path(),
    }
    status = 422 if error else 200
    title = gettext("Confirm your identity")
    return show(request, "sign_in/confirm_identity", context, title=title, status=status)
