"""The hours and days that a chart shows, as moments in UTC.

Counts are kept by hours of UTC. In a zone that is half an hour off, an hour belongs to the day in
which it starts.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Period(StrEnum):
    """How far back a chart of token requests goes, as addresses write it."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


def slots_of(period: Period, *, now: datetime, zone: tzinfo) -> list[datetime]:
    """Return the starts of the hours or days of a period, oldest first, and its end."""
    if period is Period.DAY:
        return hours(now, count=24)
    return days(now, zone, count=7 if period is Period.WEEK else 30)


def period_since(start: datetime, *, now: datetime) -> Period:
    """Return the shortest period that shows all since ``start``, or the longest."""
    age = now - start
    if age < _DAY:
        return Period.DAY
    return Period.WEEK if age < 6 * _DAY else Period.MONTH


def hours(now: datetime, *, count: int) -> list[datetime]:
    """Return the starts of the last ``count`` hours, oldest first, and the end of the last one."""
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    return [end - _HOUR * left for left in range(count, -1, -1)]


def days(now: datetime, zone: tzinfo, *, count: int) -> list[datetime]:
    """Return the starts of the last ``count`` days of ``zone``, oldest first, and the end of today.

    A day has 23 or 25 hours when the clocks change.
    """
    return days_until(now.astimezone(zone).date(), zone, count=count)


def days_until(last: date, zone: tzinfo, *, count: int) -> list[datetime]:
    """Return the starts of the ``count`` days up to ``last``, and the end of that day."""
    dates = (last - _DAY * left for left in range(count - 1, -2, -1))
    return [datetime.combine(one, time(), zone).astimezone(UTC) for one in dates]
