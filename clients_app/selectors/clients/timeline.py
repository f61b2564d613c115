"""When clients expire: each counts where the first of its live secrets ends.

A secret that Rotate has replaced does not count. The client's row says when that is, unless the
moment in it has passed; only then are the secrets read.

Source: CLI-19.
"""

from bisect import bisect
from collections import Counter
from datetime import date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from clients_app.models import Client, ClientSecret
from clients_app.rules.weeks import WEEK, next_weeks, starts_at

WEEKS: Final = 54  # so that a secret added today, for a year, is among them


class Period(NamedTuple):
    """From the first moment on, and before the second."""

    start: datetime
    end: datetime


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


def expires_in(period: Period, now: datetime) -> Q:
    """Return the condition for clients whose first live secret expires in ``period``."""
    first = Q(next_expires_at__gt=now, next_expires_at__gte=period.start)
    rest = _unreplaced(now).filter(expires_at__lt=period.end)
    earlier = rest.filter(expires_at__lt=period.start)
    within = rest.filter(expires_at__gte=period.start)
    stale = Q(next_expires_at__lte=now) & Q(Exists(within)) & ~Q(Exists(earlier))
    return Q(next_expires_at__lt=period.end) & (first | stale)


def expiring_weeks(clients: QuerySet[Client], *, zone: tzinfo, now: datetime) -> list[ExpiringWeek]:
    """Return the weeks of the next twelve months with how many of ``clients`` expire in each."""
    mondays = next_weeks(now, zone, count=WEEKS)
    starts = [starts_at(monday, zone) for monday in mondays]
    end = starts_at(mondays[-1] + WEEK, zone)
    fresh = clients.filter(next_expires_at__gt=now, next_expires_at__lt=end).order_by()
    numbered = fresh.annotate(week=_week_number(starts[1:], 0))
    counts = Counter(dict(numbered.values_list("week").annotate(Count("pk"))))
    stale = clients.filter(next_expires_at__lte=now).order_by().values("pk")
    rest = ClientSecret.objects.filter(client__in=stale, expires_at__gt=now, removed_at=None)
    first = rest.without_successor().order_by().values("client").annotate(at=Min("expires_at"))
    moved = first.filter(at__lt=end).values_list("at", flat=True)
    counts.update(bisect(starts, at) - 1 for at in moved)
    return [ExpiringWeek(monday, counts[number]) for number, monday in enumerate(mondays)]


def _unreplaced(now: datetime) -> Any:
    secrets = ClientSecret.objects.filter(client=OuterRef("pk"), expires_at__gt=now).order_by()
    return secrets.filter(removed_at=None).without_successor()


def _week_number(starts: list[datetime], before: int) -> Case | Value:
    """Return which week ``next_expires_at`` is in, by halves: six comparisons, not fifty."""
    if not starts:
        return Value(before)
    half = len(starts) // 2
    return Case(
        When(
            Q(next_expires_at__lt=starts[half]),
            then=_week_number(starts[:half], before),
        ),
        default=_week_number(starts[half + 1 :], before + half + 1),
        output_field=IntegerField(),
    )
