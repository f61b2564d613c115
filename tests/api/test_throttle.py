"""Callers that send too many requests."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError

from clients_app.models import FailureCount
from clients_app.services import request_limits
from tests.api.conftest import Caller
from tests.api.replies import refused

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _few_requests(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 5
    request_limits.forget()


def test_requests_past_the_limit_wait_for_the_next_minute(
    member: Caller, rotator: Caller, now: datetime
) -> None:
    with time_machine.travel(now, tick=False):
        assert [member.get().status_code for _ in range(5)] == [200] * 5
        reply = member.get()
        refused(reply, 429, "Too many requests.")
        assert reply["Retry-After"] == "60"
        assert rotator.get().status_code == 200
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        assert member.get()["Retry-After"] == "1"
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert member.get().status_code == 200


def test_limit_counts_over_all_processes(member: Caller, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        for _ in range(5):
            assert member.get().status_code == 200
            request_limits.forget()  # as another process, which knows only the database
        assert member.get().status_code == 429
        request_limits.forget()
        assert member.get().status_code == 429


def test_process_takes_a_share_of_a_minute_at_a_time(settings: Any, member: Caller) -> None:
    settings.API_REQUESTS_PER_MINUTE, settings.WORKERS = 4000, 2
    for left in range(9, -1, -1):
        member.get()
        assert request_limits.shares[str(member.client.pk)].left == left
        assert FailureCount.objects.get().failures == 10
    member.get()
    assert FailureCount.objects.get().failures == 20


def test_many_processes_share_a_minute(settings: Any, member: Caller, now: datetime) -> None:
    settings.API_REQUESTS_PER_MINUTE, settings.WORKERS = 6400, 32
    with time_machine.travel(now, tick=False):
        for _ in range(32 * 19):
            request_limits.forget()  # each request of another process, or of one that was restarted
            assert request_limits.seconds_to_wait("caller", now=now) == 0
        assert member.get().status_code == 200


def test_requests_are_let_through_while_they_cannot_be_counted(
    member: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_model: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(request_limits.router, "db_for_write", fail)
    assert member.get().status_code == 200
