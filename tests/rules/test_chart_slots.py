"""The hours and days of a chart, also when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from clients_app.rules.chart_slots import days, days_until, hours

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


def lengths(slots):
    return [(end - start) // HOUR for start, end in pairwise(slots)]


def test_hours_end_with_the_one_that_is_running():
    now = datetime(2026, 11, 23, 10, 59, 59, 999_999, tzinfo=UTC)

    slots = hours(now, count=24)

    assert (slots[0], slots[-1]) == (
        datetime(2026, 11, 22, 11, tzinfo=UTC),
        datetime(2026, 11, 23, 11, tzinfo=UTC),
    )
    assert lengths(slots) == [1] * 24


def test_hours_at_the_full_hour_include_the_new_one():
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    assert hours(now, count=1) == [now, now + HOUR]


def test_days_are_those_of_the_zone():
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # the 23rd in Berlin

    assert days(now, BERLIN, count=2) == [
        datetime(2026, 11, 21, 23, tzinfo=UTC),
        datetime(2026, 11, 22, 23, tzinfo=UTC),
        datetime(2026, 11, 23, 23, tzinfo=UTC),
    ]
    assert days(now, UTC, count=1)[0] == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 30, 12, tzinfo=UTC), "Europe/Berlin", [24, 23, 24]),
        (datetime(2026, 10, 26, 12, tzinfo=UTC), "Europe/Berlin", [24, 25, 24]),
        (datetime(2026, 4, 25, 12, tzinfo=UTC), "Africa/Cairo", [24, 23, 24]),  # at midnight
        (datetime(2026, 10, 30, 12, tzinfo=UTC), "Africa/Cairo", [24, 25, 24]),  # at midnight
    ],
)
def test_days_have_23_or_25_hours_when_the_clocks_change(now, zone, expected):
    assert lengths(days(now, ZoneInfo(zone), count=3)) == expected


def test_days_until_end_after_the_last_day():
    last = date(2026, 11, 23)

    assert days_until(last, UTC, count=1) == [
        datetime(2026, 11, 23, tzinfo=UTC),
        datetime(2026, 11, 24, tzinfo=UTC),
    ]
