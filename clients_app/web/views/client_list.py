"""The list of clients, by Client Type, Filter, Show and role, in the order of any column."""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clients_app.errors import NotFound
from clients_app.identity.actor import actor_of
from clients_app.identity.person import person_of
from clients_app.limits import BULK_MAX
from clients_app.models import Client
from clients_app.permissions import Action, allows
from clients_app.rules.client_types import CLIENT_CREDENTIALS, CLIENT_TYPES
from clients_app.rules.weeks import week_named
from clients_app.selectors.clients.filters import FOUND_BY
from clients_app.selectors.clients.lists import client_page, matching_ids
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.periods import RESTORABLE
from clients_app.selectors.roles.roles import get_role
from clients_app.selectors.tenants.sidebar import sidebar_counts
from clients_app.web.access import screen
from clients_app.web.addresses import CLIENTS, at
from clients_app.web.attention import attention_links
from clients_app.web.htmx import go, see_other, show, with_query
from clients_app.web.list_state import SHOWN, Chip, ListState, list_state
from clients_app.web.list_state import ticked as ticked_in
from clients_app.web.polling import live_address, stamp
from clients_app.web.saved_filter import saved_as, saved_filter_in
from clients_app.web.timeline import in_words, timeline_of
from clients_app.web.views.client_add import addresses_of


class Column(NamedTuple):
    """A column of the list."""

    name: str
    label: str | Promise
    css_class: str
    to: str  # the query that sorts by it, or reverses its order
    order: str  # for aria-sort


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Redirect to the clients."""
    return see_other(with_query(reverse("client-list"), **request.GET.dict()))


@at(CLIENTS)
@screen(Action.READ_CLIENTS)
def client_list(request: HttpRequest) -> HttpResponse:
    """Show the clients of one type that match the filters; those of a filter that was saved."""
    if saved := saved_filter_in(request.GET, person_of(request)):
        return go(request, reverse("client-list") + saved.query)
    context = list_context(request)
    shown = {"title": gettext("Clients"), "address": context["address"]}
    return show(request, "clients/client_list", context, fragments=("clients", "list"), **shown)


def list_context(request: HttpRequest, client: Client | None = None) -> dict[str, Any]:
    """Return the context of the list; next to an open client it shows that type by default."""
    actor, now = actor_of(request), timezone.now()
    since = stamp(actor.tenant_id, now=now)  # before the rows are read
    may_restore = allows(actor, Action.RESTORE_CLIENT)
    may_select = allows(actor, Action.ASSIGN_ROLES)
    state = list_state(request.GET, may_restore=may_restore)
    default = client.type if client else CLIENT_CREDENTIALS
    client_type = CLIENT_TYPES[state.type or default.id]
    named = replace(state, type=client_type.id)  # its address names the type, whatever is open
    page = client_page(
        actor.tenant_id,
        client_type=client_type.id,
        **state.filters(timezone.get_current_timezone()),
        sort=_order_of(named),
        page=state.page,
        now=now,
        opened=client,
    )
    selecting = state.select and may_select
    wants_all = selecting and state.everything
    ticked = ticked_in(request.GET) if selecting else frozenset()
    if wants_all:
        ticked = frozenset(_first_ids(actor.tenant_id, named, now))
    state = replace(state, page=page.page, everything=False)
    named = replace(named, page=page.page, everything=False)
    person = person_of(request)
    saved_filters = list(person.saved_filters.all())
    filtered = bool(state.q or state.show or state.role or state.tag)
    everything = None if filtered else sum(page.counts.values())
    return {
        "page": page,
        "q": state.q,
        "found_by": FOUND_BY,
        "filters": state,
        "client_type": client_type,
        "types": [(one, page.counts[one.id]) for one in CLIENT_TYPES.values()],
        "shows": [(one, SHOWN[one]) for one in Show if one is not Show.REMOVED or may_restore],
        "columns": _columns(named),
        "chips": _chips(named, actor.tenant_id),
        "filtered": filtered,
        "attention": attention_links(actor.tenant_id, since=since, state=named, now=now),
        "state": replace(state, type="" if client_type == default else client_type.id).query(),
        "elsewhere": [
            (CLIENT_TYPES[one], count, replace(named, type=one, page=1, select=False).query())
            for one, count in page.counts.items()
            if count
        ],
        "previous": replace(named, page=page.page - 1).query(),
        "next": replace(named, page=page.page + 1).query(),
        "address": reverse("client-list") + named.query(),
        "list_live": live_address("client-list-live", named.query(), since),
        "add_address": addresses_of(client_type)["first"],
        "may_add": allows(actor, Action.ADD_CLIENT),
        "may_rotate": allows(actor, Action.ROTATE_SECRET),
        "selecting": selecting,
        "ticked": ticked,
        "kept_filters": [
            (name, str(value))
            for name in ("q", "show", "role", "tag", "week", "sort")
            if (value := getattr(state, name))
        ],
        "ticked_elsewhere": ticked - {one.pk for one in page.clients},
        "wants_all": wants_all,
        "everything_query": replace(named, everything=True).query(),
        "bulk_max": BULK_MAX,
        "select_query": replace(named, select=True).query() if may_select else "",
        "saved_filters": saved_filters,
        "saved_as": saved_as(saved_filters, named),
        "dense": person.has_dense_rows,
        "save_query": replace(named, page=1, select=False).query(),
        "unselect_query": replace(named, select=False).query(),
        "sidebar": sidebar_counts(actor.tenant_id, clients=everything),
        "restorable": RESTORABLE,
        "timeline": timeline_of(named, actor.tenant_id, now=now),
    }


def _first_ids(tenant_id: UUID, state: ListState, now: datetime) -> list[UUID]:
    """Return the ids of the clients of all pages, as many as one operation may change."""
    filters, order = state.filters(timezone.get_current_timezone()), _order_of(state)
    return matching_ids(
        tenant_id, client_type=state.type, sort=order, limit=BULK_MAX, now=now, **filters
    )


def _order_of(state: ListState) -> str:
    """Return the order; a column that is not shown does not count."""
    return state.sort if state.sort.removeprefix("-") in _shown_columns(state) else "name"


def _shown_columns(state: ListState) -> dict[str, tuple[str | Promise, str]]:
    if state.show is Show.REMOVED:
        return {"name": (_("Name and Client Id"), ""), "removed": (_("Removed"), "col-roles")}
    client_type = CLIENT_TYPES[state.type]
    expires = {"expires": (_("Next expiration"), "")} if client_type.has_secrets else {}
    roles = {"roles": (_("Roles"), "col-roles")} if client_type.has_roles else {}
    return {
        "name": (_("Name and Client Id"), ""),
        "status": (_("Status"), ""),
        **expires,
        **roles,
        "used": (_("Last token"), "col-used"),
    }


def _columns(state: ListState) -> list[Column]:
    order = _order_of(state)
    aria = {order.removeprefix("-"): "descending" if order.startswith("-") else "ascending"}
    return [
        Column(name, label, css, replace(state, sort=order).sorted_by(name), aria.get(name, ""))
        for name, (label, css) in _shown_columns(state).items()
    ]


def _chips(state: ListState, tenant_id: Any) -> list[Chip]:
    chips = []
    if state.q:
        words = gettext("Filter: %(filter)s") % {"filter": state.q}
        chips.append(Chip(words, state.without("q")))
    if state.show:
        chips.append(Chip(str(SHOWN[state.show]), state.without("show")))
    if state.week:
        chips.append(Chip(in_words(week_named(state.week)), state.without("week")))
    if state.role:
        try:
            name = get_role(tenant_id, state.role).name
        except NotFound:
            name = gettext("no longer there")
        words = gettext("Role: %(role)s") % {"role": name}
        chips.append(Chip(words, state.without("role")))
    if state.tag:
        words = gettext("Tag: %(tag)s") % {"tag": state.tag}
        chips.append(Chip(words, state.without("tag")))
    return chips
