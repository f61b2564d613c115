"""Who may open a screen: each view for signed-in people has one decorator of this module."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clients_app.actors import Actor
from clients_app.errors import AlreadyAdded, Forbidden, NotFound, SentBefore, gettext_noop
from clients_app.http.forms.portal_form import PortalForm
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import View, is_sent, keeps
from clients_app.identity.person import person_of, zone_of
from clients_app.identity.proof import open_window, with_proof
from clients_app.identity.put_off_factor import must_set_up_factor
from clients_app.identity.sessions import is_polled
from clients_app.permissions import Action, allows
from clients_app.rules.permissions import PERMISSIONS
from clients_app.selectors.clients.lookup import get_client
from clients_app.services.activity import refused_attempts
from clients_app.web import error_pages
from clients_app.web.htmx import go, leave, page_behind, see_other, show, wants_fragment
from clients_app.web.once import say_outcome
from clients_app.web.views import sign_in

Decorator = Callable[[View], View]


def screen(action: Action | None = None, *, demands_factor: bool = True) -> Decorator:
    """Let people who may do ``action`` read a view; the parameters are as for ``window``."""

    def decorate(view: View) -> View:
        guarded = _guarded(require_safe(view), action, demands_factor=demands_factor)
        safe = require_safe(guarded)
        if not action or not PERMISSIONS[action].proof:
            return safe

        @wraps(view)
        def provable(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            """Take the POST that has the proof, which makes it a GET again."""
            return (guarded if "proof_for" in request.POST else safe)(request, *args, **kwargs)

        return provable

    return decorate


def window(
    action: Action | None = None, *kept: str | type[PortalForm], demands_factor: bool = True
) -> Decorator:
    """Let people who may do ``action`` open a view with GET and send it with POST.

    ``kept`` fields survive a sign-in in between: see ``keeps``. Without ``demands_factor`` the view
    is also for people who still have to set up a second factor.
    """
    methods = require_http_methods(["GET", "HEAD", "POST"])
    return lambda view: methods(_guarded(keeps(*kept)(view), action, demands_factor=demands_factor))


def button(page: str, action: Action, *kept: str, demands_factor: bool = True) -> Decorator:
    """Let a view do what a button of ``page`` is for; a GET, for example a reload, goes there."""

    def decorate(view: View) -> View:
        @window(action, *kept, demands_factor=demands_factor)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs) if is_sent(request) else see_other(page)

        return guarded

    return decorate


def allowed(actor: Actor, **actions: Action) -> dict[str, bool]:
    """Return for a template which of the ``actions`` the actor may do: ``may_add`` for ``add``."""
    return {f"may_{name}": allows(actor, action) for name, action in actions.items()}


def _guarded(view: View, action: Action | None, *, demands_factor: bool) -> View:
    """Let signed-in people who may do ``action`` in, in their own time zone.

    This is the only place that turns what services and selectors refuse into a response, and that
    asks for a proof of identity where they require one.
    """

    @keeps()
    @wraps(view)
    @sensitive_post_parameters()
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def permitted() -> HttpResponse:
            return view(request, *args, **(_open(request, action, **kwargs) if action else kwargs))

        if not request.user.is_authenticated:
            return sign_in.sign_in_first(request)
        with timezone.override(zone_of(person_of(request))):
            if demands_factor and must_set_up_factor(request, now=timezone.now()):
                return go(request, reverse("account-authenticator"))
            try:
                return with_proof(request, permitted, _ask_proof)
            except AlreadyAdded as error:
                return error_pages.already_added(request, error)
            except SentBefore:
                return say_outcome(request)
            except (Forbidden, NotFound) as error:
                if is_polled(request) and wants_fragment(request):
                    return go(request, page_behind(request))  # the whole page shows why, once
                if isinstance(error, NotFound):
                    return error_pages.not_found(request, error)
                refused_attempts.note_refused(error, actor=actor_of(request), now=timezone.now())
                return error_pages.forbidden(request, error)

    return guarded


def _open(request: HttpRequest, action: Action, **kwargs: Any) -> dict[str, Any]:
    """Return the arguments of a view, with the ``client`` that a ``client_id`` names.

    Errors: NotFound; Forbidden, or ProofRequired when a window opens.
    """
    if "client_id" in kwargs:
        client_id = kwargs.pop("client_id")
        kwargs["client"] = get_client(actor_of(request).tenant_id, client_id)
    client = kwargs.get("client")
    open_window(request, action, client=client)
    is_about_secrets = action.startswith(("client.secret.", "client.credential."))
    if is_about_secrets and client and not client.type.has_secrets:
        raise NotFound(gettext_noop("Authorization Code clients have no secrets."))
    return kwargs


def _ask_proof(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    if "leave_to" in context:
        return leave(request, context["leave_to"], context["provider"].name)
    title = gettext("Confirm your identity")
    context["action"] = request.get_full_path()
    return show(request, "sign_in/confirm_identity", context, title=title, status=status)
