"""The health of a client at the edges of each state."""

from datetime import timedelta
from typing import Any

import pytest

from clients_app.models import TokenRefusal
from clients_app.rules.health import ADVICE, EXPLAINED, Health, health_of
from tests.moments import NOW, SECOND

DAYS_90 = timedelta(days=90)
WELL: dict[str, Any] = {
    "is_enabled": True,
    "can_request_tokens": True,
    "last_token_at": NOW,
    "last_refused_at": None,
    "now": NOW,
}


@pytest.mark.parametrize(
    ("values", "health"),
    [
        ({}, Health.WORKING),
        ({"last_token_at": NOW - DAYS_90}, Health.WORKING),
        ({"last_token_at": NOW - DAYS_90 - SECOND}, Health.UNUSED),
        ({"last_token_at": None}, Health.UNUSED),
        ({"last_refused_at": NOW}, Health.WORKING),  # and issued at the same moment
        ({"last_refused_at": NOW - SECOND}, Health.WORKING),
        ({"last_refused_at": NOW, "last_token_at": NOW - SECOND}, Health.FAILING),
        ({"last_refused_at": NOW, "last_token_at": None}, Health.FAILING),
        (
            {"last_refused_at": NOW - DAYS_90 + SECOND, "last_token_at": NOW - DAYS_90},
            Health.FAILING,
        ),
        ({"last_refused_at": NOW - DAYS_90, "last_token_at": None}, Health.UNUSED),
        ({"can_request_tokens": False}, Health.NO_TOKENS),
        ({"can_request_tokens": False, "last_refused_at": NOW + SECOND}, Health.NO_TOKENS),
        ({"is_enabled": False, "can_request_tokens": False}, Health.DISABLED),
    ],
)
def test_health_is_the_first_state_that_fits(values: dict[str, Any], health: Health) -> None:
    assert health_of(**WELL | values) is health


def test_every_health_and_every_cause_says_what_to_do() -> None:
    assert set(EXPLAINED) == set(Health)
    assert {health for health, one in EXPLAINED.items() if not one.advice} == {Health.WORKING}
    assert set(ADVICE) == set(TokenRefusal.Cause.values)
