"""Alerts: which ones a tenant gets, on the Notices page, and which are muted for a client."""

import json

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, Tenant
from tests.conftest import Machine
from tests.responses import text_of

PAGE = "/security/notices"
ALL = {"refused": "on", "silent": "on", "new_address": "on"}


def muted(row: Tenant | Client) -> list[bool]:
    row.refresh_from_db()
    return [row.mutes_refused, row.mutes_silent, row.mutes_new_address]


def test_alerts_all_are_on_at_first(administrator_browser: Browser) -> None:
    text = text_of(administrator_browser.get(PAGE))

    assert text.count('type="checkbox" id="id_refused" name="refused" checked') == 1
    assert text.count('type="checkbox" id="id_silent" name="silent" checked') == 1
    assert text.count('type="checkbox" id="id_new_address" name="new_address" checked') == 1


def test_alerts_kind_is_turned_off_and_recorded(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    sent = {"refused": "on", "new_address": "on", "version": str(tenant.version)}
    reply = administrator_browser.post(f"{PAGE}/alerts", sent, follow=True)

    assert "Alerts saved." in text_of(reply)
    assert muted(tenant) == [False, True, False]
    event = AuditEvent.objects.get(action="alerts.set")
    sealed = json.loads(event.canonical)
    assert (sealed["before"], sealed["after"]) == ({"mutes_silent": False}, {"mutes_silent": True})
    activity = text_of(administrator_browser.get("/security/activity"))
    assert "Mute alerts: silence" in activity


def test_alerts_saved_unchanged_records_nothing(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    administrator_browser.post(f"{PAGE}/alerts", ALL | {"version": "0"})

    assert muted(tenant) == [False] * 3
    assert not AuditEvent.objects.filter(action="alerts.set").exists()


@pytest.mark.both_databases
def test_alerts_changed_meanwhile_shows_what_they_are_now(
    administrator_browser: Browser, tenant: Tenant
) -> None:
    opened = str(tenant.version)
    administrator_browser.post(f"{PAGE}/alerts", {"version": opened, "refused": "on"})

    reply = administrator_browser.post(
        f"{PAGE}/alerts", {"version": opened, "silent": "on", "refused": "on"}
    )

    assert reply.status_code == 422
    assert "A client stops requesting tokens: Now: No" in text_of(reply)
    assert muted(tenant) == [False, True, True]


def test_alerts_by_a_viewer_are_refused(colleague_browser: Browser, tenant: Tenant) -> None:
    reply = colleague_browser.post(f"{PAGE}/alerts", {})

    assert reply.status_code == 403
    assert muted(tenant) == [False] * 3
    assert "notices-alerts" not in text_of(colleague_browser.get(PAGE))


def test_alerts_of_a_client_are_muted_in_edit_client(
    administrator_browser: Browser,
    machine: Machine,
    edit_client_address: str,
    edit_client_form: dict[str, str],
) -> None:
    form = edit_client_form | {"mutes_new_address": "on"}
    administrator_browser.post(edit_client_address, form)

    assert muted(machine.client) == [False, False, True]
    details = text_of(administrator_browser.get(f"/security/clients/{machine.client.pk}"))
    assert "<dt>Muted alerts</dt><dd>New addresses</dd>" in details
    opened = text_of(administrator_browser.get(edit_client_address))
    assert 'name="mutes_new_address" checked' in opened
    assert 'name="mutes_silent" checked' not in opened
    event = AuditEvent.objects.get(action="client.edited")
    assert json.loads(event.canonical)["after"] == {"mutes_new_address": True}
