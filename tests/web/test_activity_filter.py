"""The filters of Activity: kind, outcome, person, text and time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser

from clients_app.models import Person, Tenant
from clients_app.selectors.activity import events
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.conftest import Machine
from tests.factories import make_client
from tests.responses import text_of
from tests.web.activity_rows import ACTIVITY, add_refusal, list_events

pytestmark = pytest.mark.both_databases


def test_filter_by_kind_outcome_client_and_person_lists_matches(
    administrator_browser: Browser,
    administrator: Person,
    colleague: Person,
    tenant: Tenant,
    machine: Machine,
    now: datetime,
):
    add_role("Pumps", description="", actor=actor_for(administrator), now=now)
    make_client("Other", tenant, actor=actor_for(administrator), now=now)
    add_refusal(machine, now)
    browser = administrator_browser

    assert ["role Pumps" in one for one in list_events(browser, kind="roles")] == [True]
    assert len(list_events(browser, kind="clients")) == 2
    assert len(list_events(browser, kind="secrets")) == 2
    users = " ".join(list_events(browser, kind="users"))
    assert "Added person mara" in users
    assert len(list_events(browser, kind="refused-tokens")) == 1
    assert list_events(browser, kind="notices") == list_events(browser, kind="sign-ins") == []
    everything = list_events(browser)
    assert len(list_events(browser, kind="changes")) == len(everything) - 1
    assert len(list_events(browser, outcome="done")) == len(everything) - 1
    assert len(list_events(browser, outcome="refused")) == 1
    of_client = list_events(browser, client=machine.client.pk)
    assert len(of_client) == 3
    assert all("Wind park reader" in one for one in of_client)
    by_mara = list_events(browser, person=administrator.pk)
    assert sum("Added person mara" in one for one in by_mara) == 1  # done to this person
    assert len(by_mara) == 4
    assert list_events(browser, person=administrator.pk, kind="roles") == [
        one for one in by_mara if "role Pumps" in one
    ]
    assert list_events(browser, kind="nonsense", outcome="x", client="x", person="x") == everything


def test_filter_by_text_matches_name_id_and_address(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    group = add_refusal(machine, now)
    browser = administrator_browser
    mara = actor_for(administrator)
    add_role("Pumps", description="", actor=mara, now=now)

    by_name = list_events(browser, q="wInD park")
    assert len(by_name) == 3
    assert list_events(browser, q=str(machine.client.pk)) == by_name
    assert list_events(browser, q=" MARA ") == list_events(browser, person=administrator.pk)
    assert len(list_events(browser, q="10.20.9.2")) == 1
    assert list_events(browser, q="wind", kind="roles") == []
    assert list_events(browser, q="nobody at all") == []
    assert list_events(browser, q="%") == list_events(browser, q="\x00%_") == []
    assert sum(f"{group.requests} token requests refused" in one for one in by_name) == 1


def test_filter_by_text_with_too_many_names_says_it_is_cut(
    administrator_browser: Browser, tenant: Tenant, now: datetime
):
    from tests.factories import insert_clients

    insert_clients([f"Pump {number}" for number in range(10)], tenant)
    cut = "only the first 10 are used"
    assert cut not in text_of(administrator_browser.get(f"{ACTIVITY}?q=pump"))

    insert_clients(["Pump 10"], tenant)
    assert cut in text_of(administrator_browser.get(f"{ACTIVITY}?q=pump"))


@pytest.mark.parametrize(
    ("when", "age", "shown"),
    [
        ("day", timedelta(hours=23, minutes=59), True),
        ("day", timedelta(hours=24, minutes=1), False),
        ("", timedelta(days=6, hours=23, minutes=59), True),
        ("", timedelta(days=7, minutes=1), False),
        ("month", timedelta(days=29, hours=23), True),
        ("month", timedelta(days=30, minutes=1), False),
        ("always", timedelta(days=4000), True),
    ],
)
def test_filter_by_time_lists_events_of_the_range(
    administrator_browser: Browser,
    administrator: Person,
    machine: Machine,
    now: datetime,
    when: str,
    age: timedelta,
    shown: bool,
):
    at = now - age
    add_role("Pumps", description="", actor=actor_for(administrator), now=at)
    add_refusal(machine, at)

    found = " ".join(list_events(administrator_browser, when=when))

    assert ("Added role Pumps" in found) == shown
    assert ("12 token requests refused" in found) == shown


def test_filter_by_day_uses_the_time_zone_of_the_reader(
    administrator_browser: Browser, administrator: Person, tenant: Tenant
):
    Person.objects.filter(pk=administrator.pk).update(time_zone="Europe/Berlin")
    mara = actor_for(administrator)
    for name, hour in (("Before", 21), ("Begins", 23)):  # 23:00 and 01:00 in Berlin
        add_role(name, description="", actor=mara, now=datetime(2026, 3, 9, hour, 30, tzinfo=UTC))
    add_role("Ends", description="", actor=mara, now=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    add_role("After", description="", actor=mara, now=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

    found = list_events(administrator_browser, when="dates", first="2026-03-10", last="2026-03-10")
    until = list_events(administrator_browser, when="dates", last="2026-03-10", kind="roles")

    assert [re.search(r"role (\w+)", one)[1] for one in found] == ["Ends", "Begins"]
    assert [re.search(r"role (\w+)", one)[1] for one in until][:3] == ["Ends", "Begins", "Before"]
    assert list_events(administrator_browser, when="dates", first="2026-02-30", kind="roles")


def test_filter_by_day_includes_events_of_a_slower_clock(
    administrator_browser: Browser, administrator: Person, now: datetime
):
    """JWT-5: an event written after one with a faster clock still belongs to its day."""
    mara, day = actor_for(administrator), now - timedelta(days=1)
    add_role("Early", description="", actor=mara, now=day + timedelta(seconds=5))
    add_role("Slow clock", description="", actor=mara, now=day - timedelta(minutes=50))
    add_role("Late", description="", actor=mara, now=day + timedelta(seconds=9))

    found = " ".join(list_events(administrator_browser, when="day"))

    assert "Early" in found
    assert "Late" in found
    assert "Slow clock" not in found


def test_counts_of_activity_group_their_digits(
    administrator_browser: Browser, machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    group = add_refusal(machine, now)
    type(group).objects.filter(pk=group.pk).update(requests=12_345)
    monkeypatch.setattr(events, "activity_count", lambda _: 9_876)

    page = text_of(administrator_browser.get("/security/activity"))
    assert "12,345 token requests refused" in page
    assert re.search(r"\d+ of 9,876 events\.", page)
    assert "9,876 events, newest first." in text_of(
        administrator_browser.get("/security/activity/export")
    )

    monkeypatch.setattr(events, "activity_count", lambda _: 10_001)
    page = text_of(administrator_browser.get("/security/activity"))
    assert re.search(r"\d+ of more than 10,000 events\.", page)
