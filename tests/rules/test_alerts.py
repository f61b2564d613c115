"""Usual gaps, places, and which address is news."""

from datetime import datetime, timedelta

import pytest

from clients_app.rules.alerts import is_news, place_of, silence_of
from tests.moments import NOW

HOUR = timedelta(hours=1)
MONDAY = datetime.fromisoformat("2026-11-02T00:00:00Z")


def every(gap: timedelta, times: int) -> list[datetime]:
    return [NOW + number * gap for number in range(times)]


def office_hours(weeks: int) -> list[datetime]:
    """Return 9:00, 10:00 to 17:00 of each working day."""
    days = (MONDAY + timedelta(days=day) for day in range(7 * weeks) if day % 7 < 5)
    return [day + hour * HOUR for day in days for hour in range(9, 18)]


@pytest.mark.parametrize(
    ("uses", "hours"),
    [
        (every(HOUR, 5), 3),
        (every(timedelta(minutes=50), 300), 3),  # counted by the hour: never sooner
        (every(24 * HOUR, 5), 72),
        (every(7 * 24 * HOUR, 5), 3 * 7 * 24),
        (office_hours(1), 20),  # 16 hours each night; one weekend alone is no habit
        (office_hours(3), 80),  # 64 hours each weekend
        ([*every(HOUR, 30), NOW + 70 * HOUR], 3),  # an outage is no habit
        (reversed(every(HOUR, 5)), 3),
    ],
)
def test_silence_is_three_usual_gaps_and_longer_than_usual_breaks(
    uses: list[datetime], hours: float
) -> None:
    silence = silence_of(uses)

    assert silence is not None
    assert silence.after == hours * HOUR


def test_usual_gap_is_the_median() -> None:
    silence = silence_of(office_hours(4))

    assert silence is not None
    assert silence.usual_gap == HOUR


def test_silence_after_few_uses_is_unknown() -> None:
    assert silence_of(every(HOUR, 4)) is None
    assert silence_of([]) is None


PLACES = {
    "192.0.2.7": ("192.0.2.7", "::ffff:192.0.2.7"),
    "2001:db8:0:1::": ("2001:db8:0:1:aaaa::7", "2001:db8:0:1:ffff:ffff:ffff:ffff"),
    "2001:db8:0:2::": ("2001:db8:0:2::",),
}


@pytest.mark.parametrize(
    ("address", "place"),
    [(address, place) for place, addresses in PLACES.items() for address in addresses],
)
def test_place_is_an_ipv4_address_or_an_ipv6_network(address: str, place: str) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize(
    ("used_after", "known", "is_known_of_client", "news"),
    [
        (24 * HOUR, 1, False, True),
        (24 * HOUR - timedelta(seconds=1), 1, False, False),
        (24 * HOUR, 9, False, True),
        (24 * HOUR, 10, False, False),
        (24 * HOUR, 1, True, False),
    ],
)
def test_address_is_news_after_the_first_day_unless_the_secret_moves_about(
    used_after: timedelta, known: int, is_known_of_client: bool, news: bool
) -> None:
    said = is_news(
        used_at=NOW + used_after,
        first_used_at=NOW,
        known=known,
        is_known_of_client=is_known_of_client,
    )
    assert said is news
