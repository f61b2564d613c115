"""The list and the pane for a page that polls; 204 if nothing changed."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clients_app.errors import NotFound, gettext_noop
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import View
from clients_app.identity.sessions import polled
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENT, CLIENTS, at
from clients_app.web.polling import stamp, unchanged
from clients_app.web.views import apis, client_apis, client_details, client_list, clients_usage

_TABS: Final[dict[str, tuple[Action, View]]] = {
    "details": (Action.READ_CLIENTS, client_details.client_details),
    "secrets": (Action.READ_SECRETS, client_details.client_secrets),
    "roles": (Action.READ_CLIENTS, client_details.client_roles),
    "apis": (Action.READ_CLIENTS, client_apis.client_apis),
    "activity": (Action.READ_ACTIVITY, client_details.client_activity),
}


def _live(route: str, action: Action, view: View) -> None:
    """Let ``route`` answer as ``view`` does if something changed, or each minute."""

    @at(route, f"{view.__name__.replace('_', '-')}-live")
    @polled
    @screen(action)
    def live(request: HttpRequest) -> HttpResponse:
        current = stamp(actor_of(request).tenant_id, now=timezone.now())
        return unchanged(request, current) or view(request)


_live(f"{CLIENTS}/live", Action.READ_CLIENTS, client_list.client_list)
_live(f"{CLIENTS}/usage/live", Action.READ_CLIENTS, clients_usage.clients_usage)
_live("security/apis/live", Action.READ_APIS, apis.api_list)


@at(f"{CLIENT}/live/<slug:tab>")
@polled
@screen(Action.READ_CLIENTS)
def client_live(request: HttpRequest, client: Client, tab: str) -> HttpResponse:
    """Return a tab of the pane if it changed."""
    if tab not in _TABS:
        raise NotFound(gettext_noop("There is no such tab."))
    action, show_tab = _TABS[tab]
    require(actor_of(request), action, client=client)
    current = stamp(client.tenant_id, now=timezone.now(), client=client)
    return unchanged(request, current) or show_tab(request, client_id=client.pk)
