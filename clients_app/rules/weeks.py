"""Weeks of the ISO calendar, which begin on Monday, in the time zone of the reader."""

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

WEEK: Final = timedelta(days=7)
_NAME: Final = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def week_of(moment: datetime, zone: tzinfo) -> date:
    """Return the Monday of the week of ``moment``."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def name_of(monday: date) -> str:
    """Return the name of a week in addresses: "2026-W49"."""
    year, week, _ = monday.isocalendar()
    return f"{year:04}-W{week:02}"


def week_named(name: str) -> date | None:
    """Return the Monday of a week by its name; None for anything that names no week.

    A week that some time zone cannot represent, at either end of the calendar, is none.
    """
    match = _NAME.fullmatch(name)
    if match is None or not 1970 <= int(match[1]) < 9999:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def starts_at(monday: date, zone: tzinfo) -> datetime:
    """Return the first moment of a week."""
    return datetime(monday.year, monday.month, monday.day, tzinfo=zone)


def next_weeks(now: datetime, zone: tzinfo, *, count: int) -> list[date]:
    """Return the Mondays of the current week and those after it, ``count`` in all."""
    first = week_of(now, zone)
    return [first + number * WEEK for number in range(count)]
