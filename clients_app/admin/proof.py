"""Confirm your identity, in the looks of this door: see ``browsers/proof.py`` for when."""

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from clients_app.admin.pages import see_other
from clients_app.admin.site import site
from clients_app.identity import proof
from clients_app.identity.kept_forms import View


def fresh_proof(view: View) -> View:
    """Ask for a proof first where the last proof is too old; what was typed survives."""

    @wraps(view)
    @sensitive_post_parameters("proof")
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = request.method == "POST"
        refusal = proof.refusal(request, _ask)
        if refusal is not None:
            return refusal
        if sent and request.method == "GET":
            return see_other(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def _ask(request: HttpRequest, *, asked_for: str, error: str) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": gettext("Confirm your identity"),
        **proof.asked(request, asked_for, error),
    }
    return render(request, "admin/confirm_identity.html", context, status=422 if error else 200)
