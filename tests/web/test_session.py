"""A session expires after 30 idle minutes and after 12 hours, on the server."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from clients_app.models import Client
from tests.responses import text_of

pytestmark = pytest.mark.both_databases

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ROLES = "/security/roles"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def advance(clock, **time):
    clock.shift(timedelta(**time))


def test_session_idle_beyond_thirty_minutes_expires(clock, administrator_browser):
    assert administrator_browser.get(ROLES).status_code == 200
    advance(clock, minutes=30)
    assert administrator_browser.get(ROLES).status_code == 200
    advance(clock, minutes=30, seconds=1)
    assert administrator_browser.get(ROLES).status_code == 303


def test_session_expired_is_deleted_on_the_server(clock, administrator_browser):
    administrator_browser.get(ROLES)
    cookie = administrator_browser.cookies["sessionid"].value
    advance(clock, minutes=31)
    administrator_browser.get(ROLES)
    advance(clock, minutes=-31)

    administrator_browser.cookies["sessionid"] = cookie
    assert administrator_browser.get(ROLES).status_code == 303


def test_session_in_use_expires_after_twelve_hours(clock, administrator_browser):
    for _ in range(37):  # at 0:00, 0:20 ... 12:00
        assert administrator_browser.get(ROLES).status_code == 200
        advance(clock, minutes=20)
    assert administrator_browser.get(ROLES).status_code == 303


def test_session_expired_keeps_what_was_typed(clock, administrator_browser):
    administrator_browser.get("/security/clients/add")
    advance(clock, minutes=45)

    reply = administrator_browser.post("/security/clients/add", {"name": "Typed for long"})

    assert "Typed for long" in text_of(reply)
    assert not Client.objects.exists()
