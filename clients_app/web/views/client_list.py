"""Clients: the list, by Client Type and Filter."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clients_app import selectors
from clients_app.models import Client, ClientType
from clients_app.policies import Action, allows
from clients_app.web.access import may, signed_in
from clients_app.web.actor import actor_of
from clients_app.web.htmx import see_other, show, with_query

FILTER_MAX = 200  # characters of the Filter that are looked at


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Go to the clients."""
    return see_other(with_query(reverse("client-list"), **request.GET.dict()))


@require_safe
@signed_in
@may(Action.READ_CLIENTS)
def client_list(request: HttpRequest) -> HttpResponse:
    """Show the clients of one type that fit the filter."""
    context = list_context(request)
    return show(
        request,
        "client_list",
        context,
        title=gettext("Clients"),
        fragments=("clients", "list"),
        address=context["address"],
    )


def list_context(request: HttpRequest, client: Client | None = None) -> dict[str, Any]:
    """Return what the list shows; beside an open client, the list of its type by default."""
    actor, now = actor_of(request), timezone.now()
    wanted = list_state(request.GET)
    default = client.client_type if client else ClientType.CLIENT_CREDENTIALS
    client_type = wanted["type"] or default
    page = selectors.client_page(
        actor.tenant_id,
        client_type=client_type,
        q=wanted["q"],
        page=wanted["page"],
        now=now,
    )
    state = {
        "type": "" if client_type == default else client_type,
        "q": wanted["q"],
        "page": page.page if page.page > 1 else None,
    }
    return {
        "page": page,
        "q": wanted["q"],
        "client_type": ClientType(client_type),
        "types": [(one, page.counts[one]) for one in ClientType],
        "state": with_query("", **state),
        "address": with_query(reverse("client-list"), **(state | {"type": client_type})),
        "may_add": allows(actor, Action.ADD_CLIENT),
        "sidebar": selectors.sidebar_counts(actor.tenant_id),
    }


def list_state(query: QueryDict) -> dict[str, Any]:
    """Return type, filter and page of an address; what makes no sense counts as not said."""
    page, client_type = query.get("page", ""), query.get("type", "")
    return {
        "type": client_type if client_type in ClientType.values else "",
        "q": query.get("q", "").strip().replace("\x00", "")[:FILTER_MAX],
        "page": int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
    }
