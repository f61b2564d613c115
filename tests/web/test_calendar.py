"""The private calendar address: content, storage and revocation."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from icalendar import Calendar

from clients_app.actors import Actor
from clients_app.models import ClientOwner, Person
from clients_app.selectors.notices.expirations import secret_counts
from clients_app.services.secrets.changes import SecretDraft, remove_secret
from clients_app.services.secrets.rotation import rotate_secret
from tests.conftest import Machine
from tests.factories import insert_clients, insert_secrets
from tests.responses import copyable_value, text_of, value_of

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


@pytest.mark.both_databases
def test_replaced_secret_asks_for_no_successor_in_calendar_and_list(
    administrator_browser: Browser,
    administrator: Person,
    machine: Machine,
    browser: Browser,
    now: datetime,
) -> None:
    draft = SecretDraft(description="Next", expires_at=now + timedelta(days=200))
    rotate_secret(
        machine.client,
        machine.secret.pk,
        draft,
        old_ends_at=now + timedelta(days=1),
        actor=Actor.command_line(administrator.tenant_id),
        now=now,
    )
    reply = browser.get(new_calendar_path(administrator_browser))
    old, new = Calendar.from_ical(reply.content).walk("VEVENT")
    assert old["summary"] == "Replaced Client Secret of Wind park reader ends"
    assert "Next (…" in old["description"]
    assert "Add a new secret" not in old["description"]
    assert new["summary"] == "Client Secret of Wind park reader expires"
    row = f'id="row-{machine.client.pk}"'
    clients = "/security/clients"
    assert "Expires in" not in text_of(administrator_browser.get(clients))
    assert row not in text_of(administrator_browser.get(f"{clients}?show=expiring"))
    (counted,) = secret_counts(now=now)
    assert (counted["within_1"], counted["within_30"]) == (0, 0)

    successor = machine.client.secrets.get(description="Next")
    trusted = Actor.command_line(administrator.tenant_id)
    remove_secret(machine.client, successor.pk, actor=trusted, now=now)
    assert row in text_of(administrator_browser.get(f"{clients}?show=expiring"))
    assert "Expires in" in text_of(administrator_browser.get(clients))
