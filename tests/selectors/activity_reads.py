"""How to read what one tenant has with the selectors of Activity and Find."""

from collections.abc import Callable
from datetime import UTC
from typing import Any, Final

from clients_app.rules.chart_slots import days_until
from clients_app.selectors.activity import days, events, filters
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.selectors.clients import (
    find,
)
from tests.moments import NOW, SECOND
from tests.selectors.list_reads import LATEST, activity
from tests.selectors.tenant_world import World

BOTTOM: Final = events.Cut(1, NOW - 9 * SECOND, 1)


def named(own: World) -> ActivityFilter:
    return activity(own, found=filters.found_by(own.tenant.pk, "p"))


ACTIVITY_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    events.activity_below: [
        lambda own: events.activity_below(activity(own), LATEST),
        lambda own: events.activity_below(named(own), LATEST),
        lambda own: events.activity_below(activity(own, person_id=own.person.pk), LATEST),
        lambda own: events.activity_below(activity(own, actions=("client.added",)), LATEST),
        lambda own: events.activity_below(activity(own, since=NOW - SECOND), LATEST),
    ],
    events.activity_above: [lambda own: events.activity_above(activity(own), BOTTOM)],
    events.activity_count: [
        lambda own: events.activity_count(activity(own)),
        lambda own: events.activity_count(named(own)),
    ],
    events.below: [lambda own: events.below([], events.TOP)],
    events.all_activity: [lambda own: list(events.all_activity(activity(own), LATEST))],
    days.activity_days: [
        lambda own: days.activity_days(activity(own), days_until(NOW.date(), UTC, count=3)),
        lambda own: days.activity_days(named(own), days_until(NOW.date(), UTC, count=3)),
    ],
    events.recent_events_about: [lambda own: events.recent_events_about(own.api)],
    events.recent_events_of: [
        lambda own: events.recent_events_of(own.tenant.pk, own.client.pk),
    ],
    events.last_event_number: [lambda own: events.last_event_number(own.tenant.pk)],
    filters.found_by: [
        lambda own: filters.found_by(own.tenant.pk, "pump"),
        lambda own: filters.found_by(own.tenant.pk, "ines"),
    ],
    filters.names_of: [
        lambda own: filters.names_of(
            own.tenant.pk, client_id=own.client.pk, person_id=own.person.pk
        ),
    ],
    filters.event_queries: [lambda own: filters.event_queries(named(own))],
    filters.alternatives: [lambda own: str(filters.alternatives(named(own)))],
    filters.matching_events: [lambda own: filters.matching_events(activity(own))],
    filters.matching_refusals: [
        lambda own: filters.matching_refusals(activity(own)),
        lambda own: filters.matching_refusals(
            activity(own, found=filters.Found([], [], "10.0.0.7", is_cut=False))
        ),
    ],
    find.find: [
        lambda own: find.find(own.tenant.pk, "p"),
        lambda own: find.find(own.tenant.pk, "r"),
        lambda own: find.find(own.tenant.pk, "orders"),
    ],
}
