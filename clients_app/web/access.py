"""Who asks, and may they: every screen passes here before its view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters

from clients_app.errors import Forbidden, NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.identity.factor_status import lacks_demanded_factor
from clients_app.identity.kept_forms import View, keeps
from clients_app.identity.person import person_of, zone_of
from clients_app.identity.proof import open_window, with_proof
from clients_app.permissions import Action
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.activity import refused_attempts
from clients_app.web import error_pages
from clients_app.web.htmx import go, show
from clients_app.web.views import sign_in


def signed_in(view: View) -> View:
    """Let people of the portal in, in their own time zone; ask all others to sign in first.

    People who must set up a second factor are led there. Here, and nowhere else, what services
    and selectors refuse becomes an answer, and a proof that they require is asked for.
    """
    return _guarded(view, demands_factor=True)


def signed_in_somehow(view: View) -> View:
    """Do as ``signed_in``, but let those in as well who must set up a second factor: Account."""
    return _guarded(view, demands_factor=False)


def _guarded(view: View, *, demands_factor: bool) -> View:

    @keeps()
    @wraps(view)
    @sensitive_post_parameters()
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in.sign_in_first(request)
        with timezone.override(zone_of(person_of(request))):
            if demands_factor and lacks_demanded_factor(person_of(request)):
                return go(request, reverse("account-authenticator"))
            try:
                return with_proof(request, lambda: view(request, *args, **kwargs), _ask_proof)
            except Forbidden as error:
                refused_attempts.note_refused(error, actor=actor_of(request), now=timezone.now())
                return error_pages.forbidden(request, error)
            except NotFound as error:
                return error_pages.not_found(request, error)

    return guarded


def _ask_proof(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    title = gettext("Confirm your identity")
    context["action"] = request.get_full_path()
    return show(request, "sign_in/confirm_identity", context, title=title, status=status)


def may(action: Action) -> Callable[[View], View]:
    """Let those through who may do ``action``; a ``client_id`` becomes the ``client`` it names.

    A window asks here for the proof of identity that its action needs, when it opens.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "client_id" in kwargs:
                client_id = kwargs.pop("client_id")
                kwargs["client"] = get_client(actor_of(request).tenant_id, client_id)
            client = kwargs.get("client")
            open_window(request, action, client=client)
            if action.startswith("client.secret.") and client and not client.type.has_secrets:
                raise NotFound(gettext_noop("Authorization Code clients have no secrets."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
