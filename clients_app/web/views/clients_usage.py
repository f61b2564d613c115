"""How all clients of the tenant are used, next to the list."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.permissions import Action, allows
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.htmx import show, wants_fragment
from clients_app.web.list_state import list_state
from clients_app.web.polling import live_address, stamp
from clients_app.web.usage_charts import period_links, period_of, tenant_chart, with_period
from clients_app.web.views.client_list import list_context


@at(f"{CLIENTS}/usage")
@screen(Action.READ_CLIENTS)
def clients_usage(request: HttpRequest) -> HttpResponse:
    """Show the tokens and refused requests of all clients."""
    actor, now, period = actor_of(request), timezone.now(), period_of(request.GET)
    if wants_fragment(request):  # the links only need the query of the list
        may_restore = allows(actor, Action.RESTORE_CLIENT)
        around = {"state": list_state(request.GET, may_restore=may_restore).query()}
    else:
        around = list_context(request)
    query = with_period(around["state"], request.GET)
    since = stamp(actor.tenant_id, now=now)
    shown = {
        **around,
        "pane_live": live_address("clients-usage-live", query, since),
        "now": now,
        "usage_chart": tenant_chart(actor.tenant_id, period, now=now),
        "period_links": period_links(reverse("clients-usage"), around["state"], period),
    }
    title = gettext("Usage of all clients")
    return show(request, "clients/clients_usage", shown, title=title, fragments=("details",))
