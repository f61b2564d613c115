"""Activity: who did what when, by filter and by page, with refused token requests among it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone

from clients_app.limits import PAGE_SIZE
from clients_app.models import AuditEvent, ClientSecret, Person, Tenant, TokenRefusal
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from clients_app.services.client_edits import set_enabled
from clients_app.services.roles import add_role, edit_role
from tests.conftest import Machine
from tests.factories import actor_for, make_client, make_person
from tests.web.conftest import HTMX, browser_of, is_page, text_of

ACTIVITY = "/security/activity"


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def rows(reply: Any) -> list[str]:
    """Return the rows of the table as plain text, newest first."""
    body = text_of(reply).partition("<tbody>")[2].partition("</tbody>\n</table>\n<div")[0]
    found = re.split(r'<tr>\s*<td class="col-time', body)[1:]
    return [unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", one))).strip() for one in found]


def listed(browser: Browser, **query: Any) -> list[str]:
    """Return the rows at any time, unless another is asked for."""
    return rows(browser.get(f"{ACTIVITY}?{urlencode({'when': 'always'} | query)}"))


def sentences(found: list[str]) -> list[str]:
    """Return what stands between the time and the next column."""
    return [re.sub(r"^.*?\d\d:\d\d:\d\d ", "", one) for one in found]


def link(reply: Any, words: str) -> str | None:
    found = re.search(rf'href="([^"]*)"[^>]*>{words}<', text_of(reply))
    return unescape(found[1]) if found else None


def refuse(machine: Machine, at: datetime, *, requests: int = 12, **more: Any) -> TokenRefusal:
    return TokenRefusal.objects.create(
        client=machine.client,
        cause=more.pop("cause", TokenRefusal.Cause.UNKNOWN_SECRET),
        day=at.date(),
        requests=requests,
        first_at=at,
        last_at=at,
        last_address=more.pop("address", "10.20.9.2"),
        **more,
    )


def make_roles(count: int, administrator: Person, now: datetime) -> None:
    for number in range(count):
        at = now - timedelta(seconds=count - number)
        add_role(f"R{number:03}", description="", actor=actor_for(administrator), now=at)


def test_an_event_reads_as_a_sentence_with_before_and_after(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    role = add_role("Pumps", description="", actor=actor_for(administrator), now=now)
    edit_role(role.pk, name="Valves", description="", actor=actor_for(administrator), now=now)
    set_enabled(machine.client, enabled=False, actor=actor_for(administrator), now=now)

    found = listed(administrator_browser)

    assert "Client Wind park reader disabled Wind park reader mara" in found[0]
    assert "Role Valves edited Name Before: Pumps → After: Valves mara" in found[1]
    assert found[0].startswith('cell-2 num"> Today, ')
    assert any("command line" in one for one in found)


@pytest.mark.parametrize(
    ("right", "status"), [(TENANT_AUDITOR, 200), (SECRET_ROTATOR, 403), (None, 403)]
)
def test_auditors_read_it_and_have_it_in_the_left_pane(tenant: Tenant, right: Any, status: int):
    browser = browser_of(make_person("ruth", tenant, *([right] if right else [])))

    assert browser.get(ACTIVITY).status_code == status
    pane = text_of(browser.get("/security/roles"))
    assert (f'href="{ACTIVITY}"' in pane) == (status == 200)


def test_the_fragment_brings_the_slot_of_the_toolbar_along(administrator_browser: Browser):
    reply = administrator_browser.get(
        f"{ACTIVITY}?kind=roles", headers={**HTMX, "HX-Target": "activity"}
    )

    assert not is_page(reply)
    assert reply["HX-Push-Url"] == f"{ACTIVITY}?kind=roles"
    assert 'id="activity-slot" hx-swap-oob="true"' in text_of(reply)
    assert "/security/activity/export?kind=roles" in text_of(reply)


def test_strangers_see_nothing_of_it(
    stranger_browser: Browser, machine: Machine, administrator: Person, now: datetime
):
    """Bar 58: not by text, by ids, nor by place."""
    refuse(machine, now)
    asked = [
        {},
        {"q": "Wind"},
        {"client": machine.client.pk},
        {"person": administrator.pk},
        {"kind": "refused-tokens"},
        {"q": "10.20.9.2"},
        {"above": "1-0-0"},
    ]

    for query in asked:
        text = text_of(stranger_browser.get(f"{ACTIVITY}?{urlencode({'when': 'always'} | query)}"))
        assert "Wind park" not in text
        assert "mara" not in text


def test_by_kind_outcome_client_and_person(
    administrator_browser: Browser,
    administrator: Person,
    colleague: Person,
    tenant: Tenant,
    machine: Machine,
    now: datetime,
):
    add_role("Pumps", description="", actor=actor_for(administrator), now=now)
    make_client("Other", tenant, actor=actor_for(administrator), now=now)
    refuse(machine, now)
    browser = administrator_browser

    assert all("Role" in one for one in listed(browser, kind="roles"))
    assert len(listed(browser, kind="clients")) == 2
    assert len(listed(browser, kind="secrets")) == 2
    users = " ".join(listed(browser, kind="users"))
    assert "Person mara added" in users
    assert len(listed(browser, kind="refused-tokens")) == 1
    assert listed(browser, kind="notices") == listed(browser, kind="sign-ins") == []
    everything = listed(browser)
    assert len(listed(browser, kind="changes")) == len(everything) - 1
    assert len(listed(browser, outcome="done")) == len(everything) - 1
    assert len(listed(browser, outcome="refused")) == 1
    of_client = listed(browser, client=machine.client.pk)
    assert len(of_client) == 3
    assert all("Wind park reader" in one for one in of_client)
    by_mara = listed(browser, person=administrator.pk)
    assert sum("Person mara added" in one for one in by_mara) == 1  # done to her
    assert len(by_mara) == 4
    assert listed(browser, person=administrator.pk, kind="roles") == [
        one for one in by_mara if "Role Pumps" in one
    ]
    assert listed(browser, kind="nonsense", outcome="x", client="x", person="x") == everything


def test_by_a_text_that_is_a_name_an_id_or_an_address(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    group = refuse(machine, now)
    browser = administrator_browser
    mara = actor_for(administrator)
    add_role("Pumps", description="", actor=mara, now=now)

    by_name = listed(browser, q="wInD park")
    assert len(by_name) == 3
    assert listed(browser, q=str(machine.client.pk)) == by_name
    assert listed(browser, q=" MARA ") == listed(browser, person=administrator.pk)
    assert len(listed(browser, q="10.20.9.2")) == 1
    assert listed(browser, q="wind", kind="roles") == []
    assert listed(browser, q="nobody at all") == []
    assert listed(browser, q="%") == listed(browser, q="\x00%_") == []
    assert sum(f"{group.requests} token requests refused" in one for one in by_name) == 1


def test_a_text_that_many_names_have_says_that_it_is_cut(
    administrator_browser: Browser, tenant: Tenant, now: datetime
):
    from tests.factories import insert_clients

    insert_clients([f"Pump {number}" for number in range(10)], tenant)
    cut = "the first 10 are shown"
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
def test_by_time(
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
    refuse(machine, at)

    found = " ".join(listed(administrator_browser, when=when))

    assert ("Role Pumps added" in found) == shown
    assert ("12 token requests refused" in found) == shown


def test_by_days_of_the_readers_own_zone(
    administrator_browser: Browser, administrator: Person, tenant: Tenant
):
    Person.objects.filter(pk=administrator.pk).update(time_zone="Europe/Berlin")
    mara = actor_for(administrator)
    for name, hour in (("Before", 21), ("Begins", 23)):  # 23:00 and 01:00 in Berlin
        add_role(name, description="", actor=mara, now=datetime(2026, 3, 9, hour, 30, tzinfo=UTC))
    add_role("Ends", description="", actor=mara, now=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    add_role("After", description="", actor=mara, now=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

    found = listed(administrator_browser, when="dates", first="2026-03-10", last="2026-03-10")
    until = listed(administrator_browser, when="dates", last="2026-03-10", kind="roles")

    assert [re.search(r"Role (\w+)", one)[1] for one in found] == ["Ends", "Begins"]
    assert [re.search(r"Role (\w+)", one)[1] for one in until][:3] == ["Ends", "Begins", "Before"]
    assert listed(administrator_browser, when="dates", first="2026-02-30", kind="roles")


def test_clocks_that_differ_hide_nothing(
    administrator_browser: Browser, administrator: Person, now: datetime
):
    """Bar 35: an event that was written after one of a faster clock is still of its day."""
    mara, day = actor_for(administrator), now - timedelta(days=1)
    add_role("Early", description="", actor=mara, now=day + timedelta(seconds=5))
    add_role("Slow clock", description="", actor=mara, now=day - timedelta(minutes=50))
    add_role("Late", description="", actor=mara, now=day + timedelta(seconds=9))

    found = " ".join(listed(administrator_browser, when="day"))

    assert "Early" in found
    assert "Late" in found
    assert "Slow clock" not in found


def pages_of(
    browser: Browser, administrator: Person, now: datetime
) -> Iterator[tuple[str, list[str]]]:
    """Yield address and rows of each page, from the newest on; after each something is done."""
    address: str | None = f"{ACTIVITY}?when=day"
    while address:
        reply = browser.get(address)
        yield address, rows(reply)
        role = f"Meanwhile {uuid4()}"
        add_role(role, description="", actor=actor_for(administrator), now=now)
        address = link(reply, "Older events")


def moment_of(row: str) -> tuple[bool, str]:
    """Return what orders the rows of two days."""
    return "Today" in row, re.search(r"\d\d:\d\d:\d\d", row)[0]


def test_older_and_newer_show_every_row_once_in_order(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    """By keys: what is done meanwhile moves nothing."""
    count = 2 * PAGE_SIZE + 10
    make_roles(count, administrator, now)
    causes = list(TokenRefusal.Cause)[:5]
    for number, cause in enumerate(causes):
        refuse(machine, now - timedelta(seconds=20 * number + 5), cause=cause)

    pages = list(pages_of(administrator_browser, administrator, now))

    seen = [one for _, found in pages for one in found]
    roles = [found[1] for one in seen if (found := re.search(r"Role (R\d+) added", one))]
    assert roles == [f"R{number:03}" for number in reversed(range(count))]
    assert sum("refused" in one for one in seen) == len(causes)
    assert [len(found) for _, found in pages[:2]] == [PAGE_SIZE, PAGE_SIZE]
    moments = [moment_of(one) for one in seen if "Role R" in one or "refused" in one]
    assert moments == sorted(moments, reverse=True)


def test_newer_leads_back_to_what_was_done_meanwhile(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    make_roles(2 * PAGE_SIZE + 10, administrator, now)
    refuse(machine, now - timedelta(seconds=PAGE_SIZE))
    pages = list(pages_of(administrator_browser, administrator, now))

    second = administrator_browser.get(link(administrator_browser.get(pages[2][0]), "Newer events"))
    first = administrator_browser.get(link(second, "Newer events"))
    top = administrator_browser.get(link(first, "Newer events"))

    assert (rows(second), rows(first)) == (pages[1][1], pages[0][1])
    assert "Meanwhile" in rows(top)[0]
    assert link(top, "Newer events") is None


def test_the_foot_counts_what_fits(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    make_roles(PAGE_SIZE + 1, administrator, now)
    refuse(machine, now)

    def foot(query: str) -> str:
        text = text_of(administrator_browser.get(query))
        return re.search(r'role="status">([^<]*events?\.)<', text)[1]

    assert foot(f"{ACTIVITY}?kind=roles") == "50 of 51 events."
    assert foot(f"{ACTIVITY}?kind=refused-tokens") == "1 of 1 event."
    everything = AuditEvent.objects.for_tenant(administrator.tenant_id).count() + 1
    assert foot(f"{ACTIVITY}?when=always") == f"50 of {everything} events."


@pytest.mark.parametrize("place", ["x", "1-2", "-1-0-0", "9" * 30 + "-0-0", "1-" + "9" * 18 + "-1"])
def test_a_place_that_is_none_is_the_first_page(administrator_browser: Browser, place: str):
    everything = listed(administrator_browser)
    assert listed(administrator_browser, below=place) == everything
    assert listed(administrator_browser, above=place) == everything


def test_refused_token_requests_are_groups_that_stand_out(
    administrator_browser: Browser, machine: Machine, now: datetime
):
    ended = now - timedelta(days=3, hours=1)
    began = ended - timedelta(days=365)
    ClientSecret.objects.filter(pk=machine.secret.pk).update(created_at=began, expires_at=ended)
    cause = TokenRefusal.Cause.SECRET_EXPIRED
    refuse(machine, now, cause=cause, secret=machine.secret)
    refuse(machine, now - timedelta(minutes=1), requests=1)

    reply = administrator_browser.get(ACTIVITY)

    ending = machine.plain[-4:]
    [first, second] = [one for one in rows(reply) if "refused" in one]
    words = f"12 token requests refused : secret expired 3 days ago, ends in …{ending}"
    assert f"{words} Wind park reader the client 10.20.9.2" in first
    assert "1 token request refused : unknown secret Wind park reader" in second
    assert text_of(reply).count("health-bad") == 2


def test_a_removed_client_is_named_and_has_no_page(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    from clients_app.services.client_removal import remove_client

    remove_client(machine.client, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(ACTIVITY))

    assert "Client Wind park reader removed" in text
    assert f"/security/clients/{machine.client.pk}" not in text


def test_names_are_text_and_nothing_more(
    administrator_browser: Browser, tenant: Tenant, administrator: Person, now: datetime
):
    """Bar 66."""
    name = "<img src=x onerror=alert(1)>"
    make_client(name, tenant, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(f"{ACTIVITY}?{urlencode({'q': name})}"))

    assert name not in text
    assert "&lt;img src=x" in text


def test_queries_are_constant_in_number(
    administrator_browser: Browser,
    administrator: Person,
    now: datetime,
    django_assert_max_num_queries: Any,
):
    make_roles(3, administrator, now)
    with django_assert_max_num_queries(16) as few:
        administrator_browser.get(f"{ACTIVITY}?when=day")
    for number in range(60):
        add_role(f"More {number}", description="", actor=actor_for(administrator), now=now)
    with django_assert_max_num_queries(len(few)):
        administrator_browser.get(f"{ACTIVITY}?when=day")


def test_reading_it_is_a_line_of_the_log_and_no_event(
    administrator_browser: Browser, caplog: pytest.LogCaptureFixture
):
    """Bar 85: audit reading. A text that is no name of ours may be a secret: it is not kept."""
    caplog.set_level("INFO", "clients_app.activity")
    events = AuditEvent.objects.count()

    administrator_browser.get(f"{ACTIVITY}?q=Seven-grey-herons&kind=roles")

    [line] = [one for one in caplog.records if one.name == "clients_app.activity"]
    assert (line.event, line.query) == ("activity.read", "?kind=roles")
    assert AuditEvent.objects.count() == events
