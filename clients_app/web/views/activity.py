"""Activity: who did what when, and which token requests were refused, newest first."""

import logging
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clients_app import audit
from clients_app.identity.actor import actor_of
from clients_app.models import AuditEvent, Client
from clients_app.permissions import Action
from clients_app.selectors.activity import events as selectors
from clients_app.selectors.activity.filters import ActivityFilter, found_by, names_of
from clients_app.selectors.clients.lookup import clients_by_id
from clients_app.web.access import may, signed_in
from clients_app.web.activity_state import (
    KINDS,
    OUTCOMES,
    PERIODS,
    ActivityState,
    When,
    activity_state,
)
from clients_app.web.htmx import show

log = logging.getLogger("clients_app.activity")


class Chip(NamedTuple):
    """A filter that no field shows, with the query of the list without it."""

    words: str
    without: str


@require_safe
@signed_in
@may(Action.READ_ACTIVITY)
def activity(request: HttpRequest) -> HttpResponse:
    """Show a page of the events and refused groups that fit the filter."""
    actor, said = actor_of(request), activity_state(request.GET)
    wanted = filter_of(said, actor.tenant_id)
    if said.above is not None:
        page = selectors.activity_above(wanted, said.above)
    else:
        page = selectors.activity_below(wanted, said.below or selectors.TOP)
    count = selectors.activity_count(wanted)
    log.info(
        "Activity was read by %s.",
        actor.name,
        extra={"event": "activity.read", "actor_id": actor.id, "query": told(said, wanted)},
    )
    context = {
        "rows": _rows(page.rows, actor.tenant_id),
        "count": min(count, selectors.COUNTED_MAX),
        "is_more": count > selectors.COUNTED_MAX,
        "newer": said.at(above=page.newer).query() if page.newer else "",
        "older": said.at(below=page.older).query() if page.older else "",
        "said": said,
        "query": said.at().query(),
        "any_time": replace(said.at(), when=When.ALWAYS, first=None, last=None).query(),
        "kinds": KINDS.items(),
        "outcomes": OUTCOMES.items(),
        "periods": [(when, label) for when, (label, _) in PERIODS.items()],
        "chips": _chips(said, actor.tenant_id),
        "is_cut": wanted.found is not None and wanted.found.is_cut,
    }
    address = reverse("activity") + said.query()
    fragments = ("activity",)
    title = gettext("Activity")
    return show(
        request, "activity/activity", context, title=title, fragments=fragments, address=address
    )


def filter_of(said: ActivityState, tenant_id: UUID) -> ActivityFilter:
    """Return what an address asks of the tenant's rows."""
    found = found_by(tenant_id, said.q) if said.q else None
    return said.filter(tenant_id, found=found, now=timezone.now())


def told(said: ActivityState, wanted: ActivityFilter) -> str:
    """Return the query as records keep it: a text that is nothing of ours may be a secret."""
    found = wanted.found
    is_ours = found is not None and bool(found.clients or found.people or found.address)
    return said.at().query() if is_ours else said.without("q")


def _rows(rows: list[selectors.Row], tenant_id: UUID) -> list[dict[str, Any]]:
    """Return what the table says of each row; a client that is there has an address."""
    clients = clients_by_id(tenant_id, {row.client_id for row in rows if row.client_id})
    return [_row(row, clients.get(row.client_id) if row.client_id else None) for row in rows]


def _row(row: selectors.Row, client: Client | None) -> dict[str, Any]:
    if not isinstance(row, AuditEvent):
        return {"group": row, "at": row.last_at, "client": client, "address": row.last_address}
    return {
        "event": row,
        "at": row.at,
        "client": client,
        "address": row.address,
        "sentence": audit.sentence(row),
        "changes": audit.changes(row),
    }


def _chips(said: ActivityState, tenant_id: UUID) -> list[Chip]:
    names = names_of(tenant_id, client_id=said.client, person_id=said.person)
    chips = []
    if said.client:
        words = gettext("Client: %(name)s") % {"name": names.client or gettext("not there")}
        chips.append(Chip(words, said.without("client")))
    if said.person:
        words = gettext("Person: %(name)s") % {"name": names.person or gettext("not there")}
        chips.append(Chip(words, said.without("person")))
    return chips
