"""The Activity page: events and refused token requests, and who may read them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import AuditEvent, ClientSecret, Person, Tenant, TokenRefusal
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_AUDITOR
from clients_app.services.clients.edits import assign_roles, set_enabled
from clients_app.services.roles.roles import add_role, edit_role
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from tests.actors import actor_for
from tests.conftest import Machine, browser_of
from tests.factories import make_client, make_person, make_role
from tests.responses import HTMX, is_page, text_of
from tests.web.activity_rows import ACTIVITY, add_refusal, add_roles, list_events, rows_in


def test_event_is_a_sentence_with_before_and_after(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    role = add_role("Pumps", description="", actor=actor_for(administrator), now=now)
    edit_role(role.pk, name="Valves", description="", actor=actor_for(administrator), now=now)
    set_enabled(machine.client, enabled=False, actor=actor_for(administrator), now=now)

    found = list_events(administrator_browser)

    assert "Disabled client Wind park reader mara" in found[0]
    assert (
        "Changed role Valves : Name to Valves Name Before: Pumps → After: Valves mara" in found[1]
    )
    assert found[0].startswith('cell-2 num"> Today, ')
    assert any("command line" in one for one in found)


@pytest.mark.parametrize(
    ("right", "status"), [(TENANT_AUDITOR, 200), (SECRET_ROTATOR, 403), (None, 403)]
)
def test_activity_auditor_can_open_it_from_the_left_pane(tenant: Tenant, right: Any, status: int):
    browser = browser_of(make_person("ruth", tenant, *([right] if right else [])))

    assert browser.get(ACTIVITY).status_code == status
    pane = text_of(browser.get("/security/roles"))
    assert (f'href="{ACTIVITY}"' in pane) == (status == 200)


def test_activity_fragment_includes_the_toolbar_slot(administrator_browser: Browser):
    reply = administrator_browser.get(
        f"{ACTIVITY}?kind=roles", headers={**HTMX, "HX-Target": "activity"}
    )

    assert not is_page(reply)
    assert reply["HX-Push-Url"] == f"{ACTIVITY}?kind=roles"
    assert 'id="activity-slot" hx-swap-oob="true"' in text_of(reply)
    assert "/security/activity/export?kind=roles" in text_of(reply)


def test_activity_of_another_tenant_is_never_shown(
    stranger_browser: Browser, machine: Machine, administrator: Person, now: datetime
):
    """TEN-1: neither by text, by id nor by page position."""
    add_refusal(machine, now)
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


@pytest.mark.both_databases
def test_refused_token_requests_are_grouped_and_highlighted(
    administrator_browser: Browser, machine: Machine, now: datetime
):
    ended = now - timedelta(days=3, hours=1)
    began = ended - timedelta(days=365)
    ClientSecret.objects.filter(pk=machine.secret.pk).update(created_at=began, expires_at=ended)
    cause = TokenRefusal.Cause.SECRET_EXPIRED
    add_refusal(machine, now, cause=cause, secret=machine.secret)
    add_refusal(machine, now - timedelta(minutes=1), requests=1)

    reply = administrator_browser.get(ACTIVITY)

    ending = machine.plain[-4:]
    [first, second] = [one for one in rows_in(reply) if "refused" in one]
    words = f"12 token requests refused : secret expired 3 days ago, ends in …{ending}"
    assert f"{words} Wind park reader the client 10.20.9.2" in first
    assert "1 token request refused : unknown secret Wind park reader" in second
    assert text_of(reply).count("health-bad") == 2


def test_removed_client_is_named_without_a_link(
    administrator_browser: Browser, administrator: Person, machine: Machine, now: datetime
):
    from clients_app.services.clients.removal import remove_client

    remove_client(machine.client, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(ACTIVITY))

    assert "Removed client" in text
    assert "Wind park reader" in text
    assert f"/security/clients/{machine.client.pk}" not in text


def test_activity_sentence_names_the_change(
    administrator_browser: Browser,
    administrator: Person,
    tenant: Tenant,
    machine: Machine,
    now: datetime,
):
    """Not "client edited": the roles, the field and its value, the secret by its name."""
    actor = actor_for(administrator)
    role = make_role("Pump reader", tenant)
    kept = {one.pk for one in machine.client.roles.all()}
    assign_roles(
        machine.client,
        frozenset({role.pk} | kept),
        confirms_administrator=False,
        expected_version=None,
        actor=actor,
        now=now,
    )
    draft = SecretDraft(description="Gateway firmware 4.2", expires_at=None)
    add_secret(machine.client, draft, actor=actor, now=now)

    text = text_of(administrator_browser.get(ACTIVITY))
    found = list_events(administrator_browser)

    assert "Added secret <b>Gateway firmware 4.2 (" in text
    assert f"Changed roles: added {role.name} Roles" in found[1]
    assert all(one.count("Wind park reader") == 1 for one in found[:2])


@pytest.mark.both_databases
def test_activity_notices_of_the_same_second_share_a_row(
    administrator_browser: Browser, tenant: Tenant, administrator: Person, now: datetime
):
    actor = Actor.system(tenant.pk)
    for number in range(3):
        after = {"recipient": f"person{number}@example.com"}
        at = now.replace(microsecond=number)
        audit.record("notice.sent", administrator, actor=actor, now=at, after=after)
    later = now + timedelta(seconds=2)
    audit.record("notice.sent", administrator, actor=actor, now=later)

    reply = administrator_browser.get(f"{ACTIVITY}?kind=notices")
    found = rows_in(reply)

    assert len(found) == 2
    assert "Sent 3 notices" in found[1]
    assert all(f"person{number}@example.com" in found[1] for number in range(3))
    assert "4 of 4 events" in text_of(reply)


def test_activity_names_are_escaped(
    administrator_browser: Browser, tenant: Tenant, administrator: Person, now: datetime
):
    """CLI-6."""
    name = "<img src=x onerror=alert(1)>"
    make_client(name, tenant, actor=actor_for(administrator), now=now)

    text = text_of(administrator_browser.get(f"{ACTIVITY}?{urlencode({'q': name})}"))

    assert name not in text
    assert "&lt;img src=x" in text


def test_activity_query_count_does_not_grow_with_events(
    administrator_browser: Browser,
    administrator: Person,
    now: datetime,
    django_assert_max_num_queries: Any,
):
    add_roles(3, administrator, now)
    with django_assert_max_num_queries(18) as few:
        administrator_browser.get(f"{ACTIVITY}?when=day")
    for number in range(60):
        add_role(f"More {number}", description="", actor=actor_for(administrator), now=now)
    with django_assert_max_num_queries(len(few)):
        administrator_browser.get(f"{ACTIVITY}?when=day")


@pytest.mark.both_databases
def test_activity_read_is_logged_but_is_not_an_event(
    administrator_browser: Browser, caplog: pytest.LogCaptureFixture
):
    """AUD-3: audit reads. An unknown filter text may be a secret, so it is not kept."""
    caplog.set_level("INFO", "clients_app.activity")
    events = AuditEvent.objects.count()

    administrator_browser.get(f"{ACTIVITY}?q=Seven-grey-herons&kind=roles")

    [line] = [one for one in caplog.records if one.name == "clients_app.activity"]
    assert (line.event, line.query) == ("activity.read", "?kind=roles")
    assert AuditEvent.objects.count() == events
