"""The hours and days that a chart shows, as moments in UTC.

Counts are kept by hours of UTC. In a zone that is half an hour off, an hour belongs to the day in
which it starts.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


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
