"""Failed authentications: counted per source and minute, across processes. AVA-1."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from clients_app.models import FailureCount
from clients_app.services import failure_limits
from clients_app.services.failure_limits import FAILURES_MAX, WINDOW_S, count_failure, source_of

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOURCE = "192.0.2.1"


@pytest.fixture(autouse=True)
def _start_again(db: None) -> None:
    failure_limits.reset()


def fail(times: int, *, source: str = SOURCE, at: datetime = AT) -> list[int]:
    return [count_failure(source, now=at) for _ in range(times)]


def test_source_is_blocked_after_a_hundred_failures():
    assert fail(FAILURES_MAX) == [0] * 100
    assert fail(1) == [WINDOW_S]


def test_minute_begins_with_the_first_failure():
    fail(FAILURES_MAX)
    later = AT + timedelta(seconds=45)

    assert fail(1, at=later) == [15]
    assert fail(1, at=AT + timedelta(seconds=59)) == [1]
    assert fail(1, at=AT + timedelta(seconds=60)) == [0]


def test_source_is_allowed_again_after_a_minute():
    fail(FAILURES_MAX + 1)

    assert fail(FAILURES_MAX + 1, at=AT + timedelta(minutes=1)) == [0] * 100 + [60]


def test_sources_are_counted_separately():
    fail(FAILURES_MAX + 1)

    assert fail(1, source="192.0.2.2") == [0]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_source_is_an_ipv4_address_or_an_ipv6_network(address: str, source: str):
    assert source_of(address) == source


def test_failures_in_other_processes_count(monkeypatch: pytest.MonkeyPatch):
    """This process reads their counts from the shared table."""
    fail(FAILURES_MAX)
    monkeypatch.setattr(failure_limits, "over_limit", {})

    assert fail(1) == [WINDOW_S]


def no_such_table(*_: object) -> None:
    raise DatabaseError("no such table")


def test_source_is_not_blocked_when_counting_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(failure_limits.router, "db_for_write", no_such_table)

    assert fail(1) == [0]
    assert "could not be counted" in caplog.text


def test_old_rows_are_deleted_once_a_minute():
    for number in range(5):
        fail(1, source=f"192.0.2.{number}")
    fail(1, at=AT + timedelta(minutes=2))

    assert FailureCount.objects.count() == 1


def test_counts_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(failure_limits, "OVER_MAX", 3)
    monkeypatch.setattr(failure_limits, "FAILURES_MAX", 0)
    for number in range(10):
        fail(1, source=f"192.0.2.{number}")

    assert list(failure_limits.over_limit) == ["192.0.2.7", "192.0.2.8", "192.0.2.9"]
