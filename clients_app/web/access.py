"""Who asks, and may he: every screen passes here before its view runs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from clients_app.errors import Forbidden, NotFound, gettext_noop
from clients_app.identity.factor_status import lacks_demanded_factor
from clients_app.identity.kept_forms import View, keeps_typed
from clients_app.identity.person import person_of, zone_of
from clients_app.permissions import Action, allows
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.activity import refused_attempts
from clients_app.web import error_pages
from clients_app.web.actor import actor_of
from clients_app.web.htmx import go
from clients_app.web.views import sign_in

_ON_SECRETS: Final = {
    Action.READ_SECRETS,
    Action.ADD_SECRET,
    Action.EDIT_SECRET,
    Action.ROTATE_SECRET,
    Action.REMOVE_SECRET,
}


def signed_in(view: View) -> View:
    """Let people of the portal in, in their own time zone; ask all others to sign in first.

    Who must set up a second factor is led there. Here, and nowhere else, what services and
    selectors refuse becomes an answer.
    """
    return _guarded(view, demands_factor=True)


def signed_in_somehow(view: View) -> View:
    """Do as ``signed_in``, but let those in as well who must set up a second factor: Account."""
    return _guarded(view, demands_factor=False)


def _guarded(view: View, *, demands_factor: bool) -> View:

    @keeps_typed
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return sign_in.sign_in_first(request)
        with timezone.override(zone_of(person_of(request))):
            if demands_factor and lacks_demanded_factor(person_of(request)):
                return go(request, reverse("account-authenticator"))
            try:
                return view(request, *args, **kwargs)
            except Forbidden as error:
                refused_attempts.note_refused(error, actor=actor_of(request), now=timezone.now())
                return error_pages.forbidden(request, error)
            except NotFound as error:
                return error_pages.not_found(request, error)

    return guarded


def may(action: Action) -> Callable[[View], View]:
    """Let those through who may do ``action``; a ``client_id`` becomes the ``client`` it names.

    What is done to secrets is not found at a client whose type has none.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = actor_of(request)
            if "client_id" in kwargs:
                client_id = kwargs.pop("client_id")
                kwargs["client"] = get_client(actor.tenant_id, client_id)
            client = kwargs.get("client")
            if not allows(actor, action, client=client):
                raise Forbidden(error_pages.ONLY_SOME_MAY[action], action=action, client=client)
            if action in _ON_SECRETS and client is not None and not client.type.has_secrets:
                raise NotFound(gettext_noop("Authorization Code clients have no secrets."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate
