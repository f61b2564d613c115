"""When a notice is due, and when a delivery is retried."""

from datetime import date, timedelta

import pytest

from clients_app.rules.notices import RETRIES, next_try, stage_due
from tests.moments import NOW

ENDS = date(2027, 3, 1)
LONG_AGO = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("days_before", "stage"),
    [
        *[(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1)],
        *[(0, 0), (-1, 0), (-7, 0), (-8, None)],
    ],
)
def test_stage_is_due_from_its_day_on(days_before: int, stage: int | None) -> None:
    today = ENDS - timedelta(days=days_before)

    assert stage_due(ends_on=ENDS, made_on=LONG_AGO, today=today) == stage


@pytest.mark.parametrize(
    ("life", "days_before", "stage"),
    [
        *[(31, 30, 30), (30, 30, None), (20, 20, None), (20, 14, 14), (14, 14, None)],
        *[(7, 5, None), (8, 5, 7), (1, 1, None), (2, 1, 1), (0, 0, 0), (1, 0, 0)],
    ],
)
def test_stage_before_the_creation_of_the_secret_is_never_due(
    life: int, days_before: int, stage: int | None
) -> None:
    made_on, today = ENDS - timedelta(days=life), ENDS - timedelta(days=days_before)

    assert stage_due(ends_on=ENDS, made_on=made_on, today=today) == stage


def test_delivery_is_tried_seven_times_within_a_day() -> None:
    moments = [next_try(attempts, NOW) for attempts in range(1, 8)]

    assert moments[0] == NOW + timedelta(minutes=1)
    assert moments[5] == NOW + timedelta(hours=12)
    assert moments[6] is None
    assert timedelta(hours=12) < sum(RETRIES, timedelta()) < timedelta(days=1)
