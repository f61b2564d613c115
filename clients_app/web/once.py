"""Forms that act once: the response to a second try says what the first one did (WEB-16)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

from clients_app.errors import SentBefore
from clients_app.http.forms.portal_form import sent_key_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import View, is_sent, keeps
from clients_app.services import form_keys
from clients_app.web.htmx import done


class Outcome(NamedTuple):
    """What the first try did: the page that shows it, and a sentence."""

    page: str
    sentence: str | Promise
    event: str = "clientChanged"  # that refreshes the page behind a window


def once(
    page: str, sentence: str | Promise, *, event: str = "clientChanged", claims: bool = True
) -> Callable[[View], View]:
    """Let a form with a one-time key act once, in one transaction.

    A second try gets ``sentence`` on the view named ``page``, even if the first one ended the
    session. A form that was refused can be sent again. Without ``claims`` the view itself uses the
    key, with ``form_keys.once``.
    """

    def decorate(view: View) -> View:
        @keeps("form_key")
        @wraps(view)
        def acts_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not claims or not is_sent(request):
                return view(request, *args, **kwargs)
            form_key, actor = sent_key_of(request.POST), actor_of(request)
            with form_keys.once(form_key, actor=actor, now=timezone.now()):
                response = view(request, *args, **kwargs)
                if response.status_code >= 400:
                    form_keys.release(form_key, actor=actor)
            return response

        marked: Any = acts_once
        marked.outcome = Outcome(page, sentence, event)
        return acts_once

    return decorate


def say_outcome(request: HttpRequest) -> HttpResponse:
    """Say what the first try did, on the page of its client if it has one and names no other."""
    match, sentence = request.resolver_match, gettext(SentBefore().sentence)
    outcome = _outcome_of(request)
    if outcome is None and match and "client_id" in match.kwargs:
        return done(request, sentence, "client-secrets", client_id=match.kwargs["client_id"])
    outcome = outcome or Outcome("front", sentence)
    return done(request, str(outcome.sentence), outcome.page, event=outcome.event)


def outcome_before(request: HttpRequest) -> Outcome | None:
    """Return what the first try did, which also ended the session; None if this is the first."""
    is_again = is_sent(request) and form_keys.was_used(sent_key_of(request.POST))
    return _outcome_of(request) if is_again else None


def _outcome_of(request: HttpRequest) -> Outcome | None:
    return getattr(request.resolver_match and request.resolver_match.func, "outcome", None)
