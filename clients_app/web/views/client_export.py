"""Export CSV: the list of clients as it is filtered, or those that are ticked."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent, own_path
from clients_app.permissions import Action, allows
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.lists import matching_ids
from clients_app.selectors.clients.lookup import clients_named
from clients_app.services.clients.export import export_clients
from clients_app.services.exports import TooManyExports
from clients_app.web import error_pages
from clients_app.web.access import window
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.htmx import show
from clients_app.web.list_state import list_state, ticked


@at(f"{CLIENTS}/export")
@window(Action.READ_CLIENTS, "clients", "to", "format")
def client_export(request: HttpRequest) -> Any:  # a streaming response is not an HttpResponse
    """Say how many clients it is about, then stream them as CSV."""
    actor, now = actor_of(request), timezone.now()
    state = list_state(request.GET, may_restore=allows(actor, Action.RESTORE_CLIENT))
    state = replace(state, type=state.type or CLIENT_CREDENTIALS.id, page=1, select=False)
    typed = request.POST if request.method == "POST" else request.GET
    chosen = ticked(typed)
    filters = state.filters(timezone.get_current_timezone())
    if not is_sent(request) or request.POST.get("format") != "csv":
        matching = clients_of(actor.tenant_id, now=now, **filters).filter(client_type=state.type)
        count = len(clients_named(actor.tenant_id, chosen)) if chosen else matching.count()
        to, query = typed.get("to"), state.query()
        context = {
            "count": count,
            "action": reverse("client-export") + query,
            "back": own_path(to) if to else reverse("client-list") + query,
            "chosen": sorted(map(str, chosen)),
        }
        title, status = gettext("Export clients"), 422 if is_sent(request) else 200
        return show(request, "clients/client_export", context, title=title, status=status)
    if chosen:
        ids = [client.pk for client in clients_named(actor.tenant_id, chosen)]
    else:
        ids = matching_ids(
            actor.tenant_id,
            client_type=state.type,
            sort=state.sort or "name",
            limit=None,
            now=now,
            **filters,
        )
    query = gettext("%(n)s selected") % {"n": len(ids)} if chosen else state.query()
    try:
        lines = export_clients(ids, query=query, actor=actor, now=now)
    except TooManyExports as error:
        return error_pages.busy(request, error)
    name = f"clients-{now:%Y-%m-%dT%H%M%SZ}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
