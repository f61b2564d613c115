"""Activity: who did what and when, and which token requests were refused; and its export."""

import logging
from dataclasses import replace
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from clients_app import audit
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent
from clients_app.models import AuditEvent, Client
from clients_app.permissions import Action
from clients_app.selectors.activity import events as selectors
from clients_app.selectors.activity.filters import ActivityFilter, found_by, names_of
from clients_app.selectors.clients.lookup import clients_by_id
from clients_app.services.activity.export import FORMATS, export_activity
from clients_app.services.exports import TooManyExports
from clients_app.web import error_pages
from clients_app.web.access import screen, window
from clients_app.web.activity_days import day_links
from clients_app.web.activity_state import (
    KINDS,
    OUTCOMES,
    PERIODS,
    ActivityState,
    When,
    activity_state,
)
from clients_app.web.addresses import at
from clients_app.web.htmx import show
from clients_app.web.list_state import Chip

SENT: Final = {  # the actions whose events of the same second share a row
    "notice.sent": gettext_noop("Sent %(count)s notices"),
    "notice.failed": gettext_noop("%(count)s notices failed"),
}

log = logging.getLogger("clients_app.activity")


@at("security/activity")
@screen(Action.READ_ACTIVITY)
def activity(request: HttpRequest) -> HttpResponse:
    """Show a page of the events and refused requests that match the filter, newest first."""
    actor, state = actor_of(request), activity_state(request.GET)
    wanted = _filter_of(state, actor.tenant_id)
    if state.above is not None:
        page = selectors.activity_above(wanted, state.above)
    else:
        page = selectors.activity_below(wanted, state.below or selectors.TOP)
    query = _query_for_log(state, wanted)
    extra = {"event": "activity.read", "actor_id": actor.id, "query": query}
    log.info("Activity was read by %s.", actor.name, extra=extra)
    context = {
        "rows": _rows(page.rows, actor.tenant_id),
        "shown": len(page.rows),
        **_count(wanted),
        "days": day_links(state, wanted, now=timezone.now()),
        "newer": state.at(above=page.newer).query() if page.newer else "",
        "older": state.at(below=page.older).query() if page.older else "",
        "filters": state,
        "query": state.at().query(),
        "any_time": replace(state.at(), when=When.ALWAYS, first=None, last=None).query(),
        "kinds": KINDS.items(),
        "outcomes": OUTCOMES.items(),
        "periods": [(when, label) for when, (label, _) in PERIODS.items()],
        "chips": _chips(state, actor.tenant_id),
        "is_cut": wanted.found is not None and wanted.found.is_cut,
    }
    title, address = gettext("Activity"), reverse("activity") + state.query()
    fragments = ("activity", "activity-and-filters")
    return show(
        request, "activity/activity", context, title=title, fragments=fragments, address=address
    )


@at("security/activity/export")
@window(Action.EXPORT_ACTIVITY, "format")
def activity_export(request: HttpRequest) -> Any:  # a streaming response is not an HttpResponse
    """Ask for the format, then stream the filtered events as CSV or JSON lines."""
    actor, now = actor_of(request), timezone.now()
    state = activity_state(request.GET).at()
    wanted = _filter_of(state, actor.tenant_id)
    chosen = FORMATS.get(request.POST.get("format", ""))
    if is_sent(request) and chosen:
        ending, query = request.POST["format"], _query_for_log(state, wanted)
        try:
            lines = export_activity(wanted, ending, query=query, actor=actor, now=now)
        except TooManyExports as error:
            return error_pages.busy(request, error)
        name = f"activity-{now:%Y-%m-%dT%H%M%SZ}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(lines, content_type=chosen.content_type, headers=headers)
    context = {
        "action": reverse("activity-export") + state.query(),
        "back": reverse("activity") + state.query(),
        **_count(wanted),
    }
    status, title = 422 if is_sent(request) else 200, gettext("Export Activity")
    return show(request, "activity/activity_export", context, title=title, status=status)


def _count(wanted: ActivityFilter) -> dict[str, Any]:
    count, most = selectors.activity_count(wanted), selectors.COUNTED_MAX
    return {"count": min(count, most), "is_more": count > most}


def _filter_of(state: ActivityState, tenant_id: UUID) -> ActivityFilter:
    found = found_by(tenant_id, state.q) if state.q else None
    return state.filter(tenant_id, found=found, now=timezone.now())


def _query_for_log(state: ActivityState, wanted: ActivityFilter) -> str:
    """Return the query without a text that found nothing: it may be a secret."""
    found = wanted.found
    is_known = found is not None and bool(found.clients or found.people or found.address)
    return state.at().query() if is_known else state.without("q")


def _rows(rows: list[selectors.Row], tenant_id: UUID) -> list[dict[str, Any]]:
    """Return what the table shows: a row, with its client if that still exists, or sends in one."""
    clients = clients_by_id(tenant_id, {row.client_id for row in rows if row.client_id})
    shown = []
    for _, some in groupby(rows, key=_sent_together):
        group = [_row(one, clients.get(one.client_id) if one.client_id else None) for one in some]
        shown.append(group[0] if len(group) == 1 else _sends(group))
    return shown


def _sent_together(row: selectors.Row) -> Any:
    """Return the same for notices of one action in the same second, and the row for all others."""
    if isinstance(row, AuditEvent) and row.action in SENT:
        return (row.action, row.at.replace(microsecond=0))
    return (type(row), row.pk)


def _sends(group: list[dict[str, Any]]) -> dict[str, Any]:
    clients = {one["client"] for one in group}
    words = {"count": len(group)}
    return group[0] | {
        "client": clients.pop() if len(clients) == 1 else None,
        "sentence": gettext(SENT[group[0]["event"].action]) % words,
        "sends": group,
    }


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


def _chips(state: ActivityState, tenant_id: UUID) -> list[Chip]:
    names = names_of(tenant_id, client_id=state.client, person_id=state.person)
    gone, chips = gettext("not there"), []
    if state.client:
        words = gettext("Client: %(name)s") % {"name": names.client or gone}
        chips.append(Chip(words, state.without("client")))
    if state.person:
        words = gettext("Person: %(name)s") % {"name": names.person or gone}
        chips.append(Chip(words, state.without("person")))
    return chips
