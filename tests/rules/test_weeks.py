"""Weeks: names, bounds in a time zone, and what names no week."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients_app.rules.weeks import name_of, next_weeks, starts_at, week_named, week_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_week_of_a_moment_depends_on_the_zone() -> None:
    sunday_night = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)

    assert week_of(sunday_night, UTC) == date(2026, 11, 23)
    assert week_of(sunday_night, BERLIN) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("monday", "name"),
    [
        (date(2026, 11, 30), "2026-W49"),
        (date(2026, 12, 28), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_week_has_a_name_and_is_found_by_it(monday: date, name: str) -> None:
    assert name_of(monday) == name
    assert week_named(name) == monday


@pytest.mark.parametrize(
    "name",
    ["", "2026", "2026-W00", "2025-W53", "2026-W54", "2026-W1", "0000-W01", "9999-W52", "٢٠٢٦-W10"],
)
def test_week_that_does_not_exist_is_none(name: str) -> None:
    assert week_named(name) is None


def test_week_with_a_change_of_the_clock_is_an_hour_shorter_or_longer() -> None:
    def hours(monday: date) -> float:
        later = starts_at(monday + timedelta(days=7), BERLIN).astimezone(UTC)
        return (later - starts_at(monday, BERLIN).astimezone(UTC)) / timedelta(hours=1)

    assert hours(date(2026, 3, 23)) == 167
    assert hours(date(2026, 10, 19)) == 169
    assert hours(date(2026, 11, 30)) == 168


def test_next_weeks_begin_with_the_current_one() -> None:
    weeks = next_weeks(datetime(2026, 11, 29, 12, 0, tzinfo=UTC), UTC, count=3)

    assert weeks == [date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7)]
