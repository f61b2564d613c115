"""The pages of Activity: the events of a tenant, and the groups of refused token requests.

Both are read by keys, never by offset, so that a page of a million events takes as long as a page
of a hundred: each filter has an index that ends in the order of the events. Events are sorted by
number, and groups are placed among them by the moment of their last request.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce
from itertools import islice
from operator import attrgetter, or_
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from clients_app.limits import PAGE_SIZE
from clients_app.models import Api, AuditEvent, AuditHead, TokenRefusal
from clients_app.selectors.activity.filters import (
    ActivityFilter,
    alternatives,
    event_queries,
    matching_events,
    matching_refusals,
)

Row = AuditEvent | TokenRefusal

COUNTED_MAX: Final = 10_000  # above it, the screen shows "more than"
_BATCH: Final = 500  # rows of one query of an export


class Cut(NamedTuple):
    """A place between two rows: below it are events with lower numbers, and groups with a lower
    moment and id."""

    sequence: int
    refused_at: datetime
    refusal_id: int


TOP: Final = Cut(2**63 - 1, datetime.max.replace(tzinfo=UTC), 2**63 - 1)


class ActivityPage(NamedTuple):
    """``rows`` are newest first; a cut is None if there is nothing beyond it."""

    rows: list[Row]
    newer: Cut | None
    older: Cut | None


def activity_below(wanted: ActivityFilter, cut: Cut) -> ActivityPage:
    """Return the first rows below ``cut``."""
    rows = list(islice(_newest_first(wanted, cut, PAGE_SIZE + 1), PAGE_SIZE + 1))
    shown = rows[:PAGE_SIZE]
    older = _edge(shown, cut) if len(rows) > PAGE_SIZE else None
    return ActivityPage(shown, None if cut == TOP else cut, older)


def activity_above(wanted: ActivityFilter, cut: Cut) -> ActivityPage:
    """Return the last rows above ``cut``; the first page if they do not fill one."""
    limit = PAGE_SIZE + 1
    above = (query.filter(sequence__gte=cut.sequence) for query in event_queries(wanted))
    groups = matching_refusals(wanted).filter(
        Q(last_at=cut.refused_at, id__gte=cut.refusal_id) | Q(last_at__gt=cut.refused_at)
    )
    oldest_first: Iterator[Row] = heapq.merge(  # groups first within a moment: reversed below
        groups.order_by("last_at", "id")[:limit], _merged(above, "sequence", limit), key=_at
    )
    rows = list(islice(oldest_first, limit))
    if len(rows) < limit:
        return activity_below(wanted, TOP)
    shown = rows[:PAGE_SIZE]
    return ActivityPage(shown[::-1], _edge(shown, cut, above=1), cut)


def activity_count(wanted: ActivityFilter) -> int:
    """Return the number of rows, at most COUNTED_MAX + 1."""
    either = reduce(or_, alternatives(wanted) or [Q(pk=None)])
    events = matching_events(wanted).filter(either).order_by()[: COUNTED_MAX + 1].count()
    groups = matching_refusals(wanted).order_by()[: COUNTED_MAX + 1].count()
    return min(events + groups, COUNTED_MAX + 1)


def all_activity(wanted: ActivityFilter, cut: Cut) -> Iterator[Row]:
    """Yield all rows below ``cut``, newest first, with one batch in memory at a time."""
    while True:
        rows = list(islice(_newest_first(wanted, cut, _BATCH), _BATCH))
        yield from rows
        if len(rows) < _BATCH:
            return
        cut = _edge(rows, cut)


def _newest_first(wanted: ActivityFilter, cut: Cut, limit: int) -> Iterator[Row]:
    lower = (query.filter(sequence__lt=cut.sequence) for query in event_queries(wanted))
    groups = matching_refusals(wanted).filter(
        Q(last_at=cut.refused_at, id__lt=cut.refusal_id) | Q(last_at__lt=cut.refused_at)
    )
    return heapq.merge(
        _merged(lower, "-sequence", limit),
        groups.order_by("-last_at", "-id")[:limit],
        key=_at,
        reverse=True,
    )


def _merged(queries: Iterable[QuerySet[AuditEvent]], order: str, limit: int) -> list[AuditEvent]:
    """Return the first events of all queries together, each event once."""
    found = {event.pk: event for query in queries for event in query.order_by(order)[:limit]}
    first = sorted(found.values(), key=attrgetter("sequence"), reverse=order.startswith("-"))
    return first[:limit]


def _at(row: Row) -> datetime:
    return row.at if isinstance(row, AuditEvent) else row.last_at


def below(rows: Iterable[Row], cut: Cut) -> Cut:
    """Return the place below the last of ``rows``, which are below ``cut``."""
    return _edge(rows, cut)


def _edge(rows: Iterable[Row], cut: Cut, *, above: int = 0) -> Cut:
    """Return the place below the last of ``rows``, or above it with ``above=1``."""
    for row in rows:
        if isinstance(row, AuditEvent):
            cut = cut._replace(sequence=row.sequence + above)
        else:
            cut = cut._replace(refused_at=row.last_at, refusal_id=row.pk + above)
    return cut


def recent_events_of(tenant_id: UUID, client_id: UUID, *, limit: int = 20) -> list[AuditEvent]:
    """Return the last events of a client, newest first."""
    events = AuditEvent.objects.for_tenant(tenant_id).filter(client_id=client_id)
    return list(events.order_by("-sequence")[:limit])


def recent_events_about(api: Api, *, limit: int = 20) -> list[AuditEvent]:
    """Return the last events about an API, newest first."""
    events = AuditEvent.objects.for_tenant(api.tenant_id).filter(
        object_id=str(api.pk),
        object_kind="api",  # the built-in one has the id of its tenant
    )
    return list(events.order_by("-sequence")[:limit])


def last_event_number(tenant_id: UUID) -> int:
    """Return the number of the last audit event; every change in the tenant increases it."""
    head = AuditHead.objects.filter(tenant_id=tenant_id)
    return head.values_list("sequence", flat=True).first() or 0
