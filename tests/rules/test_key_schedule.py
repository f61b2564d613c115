"""When signing keys are published, sign and are removed: KEY-4, at each edge."""

from datetime import UTC, datetime, timedelta

import pytest

from clients_app.rules.key_schedule import (
    Due,
    KeyTimes,
    Step,
    earliest_signing,
    scheduled_signing,
    steps_due,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
ROTATION = timedelta(days=90)
SECOND = timedelta(seconds=1)
ACTIVE = KeyTimes("a", "active", START, START, None)


def at(moment: datetime, *keys: KeyTimes) -> list[Due]:
    return steps_due(keys, rotation=ROTATION, now=moment)


def test_the_next_key_is_published_14_days_ahead():
    due_at = START + timedelta(days=76)

    assert at(due_at - SECOND, ACTIVE) == []
    assert at(due_at, ACTIVE) == [Due(Step.PUBLISH, "a")]


def test_there_is_one_next_key():
    later = START + timedelta(days=89)
    waiting = KeyTimes("n", "next", None, later + SECOND, None)

    assert at(later, ACTIVE, waiting) == []


def test_the_next_key_signs_from_its_moment():
    waiting = KeyTimes("n", "next", None, START, None)

    assert at(START - SECOND, waiting) == []
    assert at(START, ACTIVE, waiting) == [Due(Step.ACTIVATE, "n")]


def test_a_retired_key_stays_until_its_last_token_is_over():
    """3600 s is the longest Token Lifetime; 300 s are for slow clocks."""
    retired = KeyTimes("r", "retired", START, START, START)
    due_at = START + timedelta(seconds=3900)

    assert at(due_at - SECOND, retired) == []
    assert at(due_at, retired) == [Due(Step.REMOVE, "r")]


def test_several_steps_may_be_due_at_once():
    """As after a portal was off for a year."""
    retired = KeyTimes("r", "retired", START, START, START)
    waiting = KeyTimes("n", "next", None, START, None)

    steps = at(START + timedelta(days=365), retired, ACTIVE, waiting)

    assert steps == [Due(Step.ACTIVATE, "n"), Due(Step.REMOVE, "r")]


def test_without_keys_nothing_is_due():
    assert at(START) == []


@pytest.mark.parametrize("max_age_s", [10, 900])
def test_a_key_is_published_a_cache_lifetime_and_a_minute_before_it_signs(max_age_s: int):
    earliest = earliest_signing(START, max_age_s=max_age_s, now=START)

    assert earliest == START + timedelta(seconds=max_age_s + 60)


def test_key_published_long_ago_may_sign_now():
    now = START + timedelta(days=1)

    assert earliest_signing(START, max_age_s=900, now=now) == now


def test_clock_that_was_ahead_does_not_delay_a_rotation():
    published_at = START + timedelta(days=365)

    assert earliest_signing(published_at, max_age_s=900, now=START) == START + timedelta(minutes=16)


def test_by_schedule_a_key_signs_90_days_after_the_one_before_it():
    due_at = START + ROTATION

    assert scheduled_signing(START, rotation=ROTATION, earliest=START) == due_at
    assert scheduled_signing(START, rotation=ROTATION, earliest=due_at + SECOND) == due_at + SECOND
