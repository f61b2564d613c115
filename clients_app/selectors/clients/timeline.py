"""The weeks of the timeline, and how many clients expire in each: see ``first_expires_in``.

Source: CLI-19.
"""

from bisect import bisect
from collections import Counter
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When

from clients_app.models import Client
from clients_app.rules.weeks import WEEK, next_weeks, starts_at
from clients_app.selectors.credentials.uses import COLUMNS
from clients_app.selectors.periods import Period

WEEKS: Final = 54  # so that a secret added today, for a year, is among them


class ExpiringWeek(NamedTuple):
    """How many clients expire in the week that begins on ``monday``."""

    monday: date
    clients: int


def timeline_period(now: datetime, zone: tzinfo) -> Period:
    """Return the period that the timeline shows, from the beginning of this week on."""
    mondays = next_weeks(now, zone, count=WEEKS)
    return Period(starts_at(mondays[0], zone), starts_at(mondays[-1] + WEEK, zone))


def week_period(monday: date, zone: tzinfo) -> Period:
    """Return the period of one week."""
    return Period(starts_at(monday, zone), starts_at(monday + WEEK, zone))


def expiring_weeks(clients: QuerySet[Client], *, zone: tzinfo, now: datetime) -> list[ExpiringWeek]:
    """Return the weeks of the next twelve months with how many of ``clients`` expire in each."""
    mondays = next_weeks(now, zone, count=WEEKS)
    starts = [starts_at(monday, zone) for monday in mondays]
    end = starts_at(mondays[-1] + WEEK, zone)
    clients = clients.order_by()
    fresh = clients.filter(next_expires_at__gt=now, next_expires_at__lt=end)
    numbered = fresh.annotate(week=_week_number(starts[1:], 0))
    counts = Counter(dict(numbered.values_list("week").annotate(Count("pk"))))
    stale = clients.filter(next_expires_at__lte=now, last_expires_at__gt=now).values("pk")
    first: dict[UUID, datetime] = {}
    for kind in COLUMNS:
        rest = kind.objects.filter(client__in=stale, expires_at__gt=now, removed_at=None)
        ends = rest.without_successor().order_by().values("client").annotate(at=Min("expires_at"))
        for client_id, at in ends.values_list("client", "at"):
            first[client_id] = min(at, first.get(client_id, at))
    counts.update(bisect(starts, at) - 1 for at in first.values() if at < end)
    return [ExpiringWeek(monday, counts[number]) for number, monday in enumerate(mondays)]


def _week_number(starts: list[datetime], before: int) -> Case | Value:
    """Return which week ``next_expires_at`` is in, by halves: six comparisons, not fifty."""
    if not starts:
        return Value(before)
    half = len(starts) // 2
    return Case(
        When(Q(next_expires_at__lt=starts[half]), then=_week_number(starts[:half], before)),
        default=_week_number(starts[half + 1 :], before + half + 1),
        output_field=IntegerField(),
    )
