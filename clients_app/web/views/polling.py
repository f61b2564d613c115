"""The list and the pane for a page that polls; 204 if nothing changed."""

from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients_app.errors import Forbidden, NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import View
from clients_app.identity.sessions import polled
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import go, page_behind, wants_fragment
from clients_app.web.polling import stamp, unchanged
from clients_app.web.views import client_details, client_list

_TABS: Final[dict[str, tuple[Action, View]]] = {
    "details": (Action.READ_CLIENTS, client_details.client_details),
    "secrets": (Action.READ_SECRETS, client_details.client_secrets),
    "roles": (Action.READ_CLIENTS, client_details.client_roles),
    "activity": (Action.READ_ACTIVITY, client_details.client_activity),
}


def _or_whole_page(view: View) -> View:
    """Reload the whole page if the part is no longer available: it shows why, once."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (Forbidden, NotFound):
            if not wants_fragment(request):
                raise
            return go(request, page_behind(request))

    return guarded


@require_safe
@polled
@signed_in
@_or_whole_page
@may(Action.READ_CLIENTS)
def list_live(request: HttpRequest) -> HttpResponse:
    """Return the list if it changed."""
    current = stamp(actor_of(request).tenant_id, now=timezone.now())
    return unchanged(request, current) or client_list.client_list(request)


@require_safe
@polled
@signed_in
@_or_whole_page
@may(Action.READ_CLIENTS)
def client_live(request: HttpRequest, client: Client, tab: str) -> HttpResponse:
    """Return a tab of the pane if it changed."""
    if tab not in _TABS:
        raise NotFound(gettext_noop("There is no such tab."))
    action, show_tab = _TABS[tab]
    require(actor_of(request), action, client=client)
    current = stamp(client.tenant_id, now=timezone.now(), client=client)
    return unchanged(request, current) or show_tab(request, client_id=client.pk)
