"""When a replaced secret expires, and when it is idle."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients_app.errors import RuleBroken
from clients_app.rules.rotation import check_old_end, end_of_replaced, is_idle, parse_old_end
from tests.refused_values import refused_at

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BORN = NOW - timedelta(days=300)


@pytest.mark.parametrize(
    ("choice", "after"),
    [
        ("now", timedelta()),
        ("1h", timedelta(hours=1)),
        ("24h", timedelta(hours=24)),
        ("7d", timedelta(days=7)),
    ],
)
def test_a_period_counts_from_now_and_leaves_the_date_unread(choice, after):
    assert parse_old_end(choice, "nonsense", zone=UTC, now=NOW) == NOW + after


def test_a_date_is_read_on_the_clocks_of_the_zone():
    berlin = ZoneInfo("Europe/Berlin")

    assert parse_old_end("date", "2026-11-30 10:15", zone=berlin, now=NOW) == datetime(
        2026, 11, 30, 9, 15, tzinfo=UTC
    )


@pytest.mark.parametrize("choice", ["", "2h", "DATE", "always", "later"])
def test_unknown_choice_is_refused(choice):
    with refused_at("old_ends", "Choose when the old secret stops"):
        parse_old_end(choice, "", zone=UTC, now=NOW)


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-11-30 1:15"])
def test_missing_date_is_refused_without_mentioning_never_expires(typed):
    with pytest.raises(RuleBroken, match="YYYY-MM-DD hh:mm") as refusal:
        parse_old_end("date", typed, zone=UTC, now=NOW)
    assert refusal.value.field == "old_ends_at"
    assert "Never" not in str(refusal.value)


def test_an_end_lies_from_now_to_ten_years_ahead():
    latest = NOW.replace(year=2036)
    check_old_end(NOW, NOW)
    check_old_end(latest, NOW)

    with pytest.raises(RuleBroken, match="in the future, or select Immediately"):
        check_old_end(NOW - SECOND, NOW)
    with pytest.raises(RuleBroken, match="at most 10 years ahead"):
        check_old_end(latest + SECOND, NOW)


def test_rotation_may_shorten_but_not_extend_a_secret():
    soon, later = NOW + SECOND, NOW + 2 * SECOND

    assert end_of_replaced(later, soon, created_at=BORN) == soon
    assert end_of_replaced(soon, later, created_at=BORN) == soon
    assert end_of_replaced(None, later, created_at=BORN) == later


def test_it_ends_after_its_creation_even_if_the_clock_was_put_back():
    assert end_of_replaced(None, NOW, created_at=NOW) == NOW + timedelta.resolution
    assert end_of_replaced(None, NOW, created_at=NOW + SECOND) > NOW + SECOND


def test_idle_is_longer_than_the_token_lifetime():
    assert not is_idle(NOW - timedelta(seconds=60), token_lifetime_s=60, now=NOW)
    assert is_idle(NOW - timedelta(seconds=61), token_lifetime_s=60, now=NOW)
