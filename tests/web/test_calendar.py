"""The private calendar address: content, storage and revocation."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client as Browser
from icalendar import Calendar

from clients_app.models import (
    ClientOwner,
    Person,
)
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets
from tests.responses import copyable_value, value_of

PAGE = "/security/notices"


def new_calendar_path(browser: Browser) -> str:
    """Return the path of a new calendar address."""
    seen = value_of("seen", browser.get(PAGE)) or ""
    return copyable_value(
        "id_calendar_address", browser.post(f"{PAGE}/calendar", {"seen": seen})
    ).replace("http://localhost:8000", "")


def summaries(reply: Any) -> list[str]:
    """Return the summaries of a calendar as a calendar program reads them."""
    assert (reply.status_code, reply["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return [str(event["summary"]) for event in Calendar.from_ical(reply.content).walk("VEVENT")]


def test_calendar_shows_only_what_its_person_may_see(
    administrator_browser: Browser,
    colleague_browser: Browser,
    colleague: Person,
    machine: Machine,
    browser: Browser,
    now: datetime,
) -> None:
    mine, other = insert_clients(["Pumps; north, south", "Weather"], machine.client.tenant)
    ClientOwner.objects.create(client=mine, person=colleague)
    for client in (mine, other):
        insert_secrets(client, 1, expires_at=now + timedelta(days=9))
        insert_secrets(client, 1, expires_at=now - timedelta(days=31))
        insert_secrets(client, 1, expires_at=None)
        insert_secrets(client, 1, expires_at=now + timedelta(days=9), removed_at=now)

    all_of_it = browser.get(new_calendar_path(administrator_browser))
    own = browser.get(new_calendar_path(colleague_browser))

    assert summaries(all_of_it) == [
        "Client Secret of Pumps; north, south expires",
        "Client Secret of Weather expires",
        "Client Secret of Wind park reader expires",
    ]
    assert summaries(own) == ["Client Secret of Pumps; north, south expires"]
    (event,) = Calendar.from_ical(own.content).walk("VEVENT")
    assert event["dtstart"].dt == (now + timedelta(days=9)).replace(microsecond=0)
    assert event["url"] == f"http://localhost:8000/security/clients/{mine.pk}/secrets"
    assert "no-store" in own["Cache-Control"]


def test_calendar_address_is_stored_as_a_digest_and_revocable(
    colleague_browser: Browser, browser: Browser, dump_of_every_table: Any
) -> None:
    first = new_calendar_path(colleague_browser)
    key = first.removeprefix("/calendar/").removesuffix(".ics")
    assert len(key) == 43
    assert key not in dump_of_every_table()
    assert browser.get(first).status_code == 200

    second = new_calendar_path(colleague_browser)
    assert [browser.get(one).status_code for one in (first, second)] == [404, 200]

    colleague_browser.post(f"{PAGE}/calendar/remove")
    assert browser.get(second).status_code == 404
    assert colleague_browser.post(f"{PAGE}/calendar/remove").status_code == 303


def test_calendar_of_a_deactivated_person_is_not_found(
    colleague_browser: Browser, colleague: Person, browser: Browser
) -> None:
    address = new_calendar_path(colleague_browser)
    Person.objects.filter(pk=colleague.pk).update(is_active=False)

    assert browser.get(address).status_code == 404
