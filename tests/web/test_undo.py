"""Undo in the message after Disable, for one client and for several, with and without htmx."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.conftest import browser_of, set_proof_age
from tests.factories import make_client, make_person
from tests.responses import HTMX, text_of

LIST = "/security/clients"
UNDO = f"{LIST}/undo"


@pytest.fixture
def clients(tenant: Tenant) -> list[Client]:
    return [make_client(name, tenant).client for name in ("One", "Two", "Three")]


def disable(browser: Browser, clients: list[Client]) -> str:
    """Disable the clients by htmx; return the id that the message offers to undo."""
    sent = {"clients": [str(one.pk) for one in clients], "to": LIST}
    reply = browser.post(f"{LIST}/bulk/disable", sent, headers=HTMX)
    undo: str = json.loads(reply["HX-Trigger"])["toast"]["undo"]
    return undo


def enabled() -> list[str]:
    names = Client.objects.filter(is_enabled=True).order_by("name")
    return list(names.values_list("name", flat=True))


def test_undo_enables_what_one_click_disabled(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    reply = administrator_browser.post(f"{LIST}/{clients[0].pk}/disable", headers=HTMX)
    operation = json.loads(reply["HX-Trigger"])["toast"]["undo"]
    assert enabled() == ["Three", "Two"]

    undone = administrator_browser.post(UNDO, {"operation": operation}, headers=HTMX)

    assert undone.status_code == 204
    assert "1 client enabled again." in undone["HX-Trigger"]
    assert enabled() == ["One", "Three", "Two"]
    last = AuditEvent.objects.order_by("sequence").last()
    assert last is not None
    assert (last.action, last.object_name) == ("client.enabled", "One")


@pytest.mark.both_databases
def test_undo_of_several_leaves_those_that_were_disabled_before(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    Client.objects.filter(pk=clients[2].pk).update(is_enabled=False)
    operation = disable(administrator_browser, clients)

    undone = administrator_browser.post(UNDO, {"operation": operation}, headers=HTMX)

    assert "2 clients enabled again." in undone["HX-Trigger"]
    assert enabled() == ["One", "Two"]


def test_undo_leaves_what_changed_since(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    operation = disable(administrator_browser, clients[:2])
    for verb in ("enable", "disable"):  # by somebody who wants it disabled
        administrator_browser.post(f"{LIST}/{clients[0].pk}/{verb}", headers=HTMX)

    undone = administrator_browser.post(UNDO, {"operation": operation}, headers=HTMX)

    assert "1 client enabled again. 1 skipped: changed in the meantime" in undone["HX-Trigger"]
    assert enabled() == ["Three", "Two"]
    again = administrator_browser.post(UNDO, {"operation": operation}, headers=HTMX)
    assert "0 clients enabled again." in again["HX-Trigger"]


def test_undo_works_without_htmx(administrator_browser: Browser, clients: list[Client]) -> None:
    administrator_browser.post(f"{LIST}/{clients[0].pk}/disable")
    page = unescape(text_of(administrator_browser.get(LIST)))
    form = re.search(r'<form class="toast-undo".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(operation|next)" value="([^"]*)"', form[0]))

    reply = administrator_browser.post(UNDO, fields)

    assert (reply.status_code, reply["Location"]) == (303, LIST)
    assert enabled() == ["One", "Three", "Two"]
    assert 'class="toast-undo"' in text_of(administrator_browser.get(LIST))  # in its template
    assert administrator_browser.get(UNDO)["Location"] == LIST


def test_message_without_a_change_offers_no_undo(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    assert disable(administrator_browser, clients[:1])
    assert disable(administrator_browser, clients[:1]) == ""
    reply = administrator_browser.post(f"{LIST}/{clients[0].pk}/disable", headers=HTMX)
    assert json.loads(reply["HX-Trigger"])["toast"]["undo"] == ""
    reply = administrator_browser.post(f"{LIST}/{clients[0].pk}/enable", headers=HTMX)
    assert json.loads(reply["HX-Trigger"])["toast"]["undo"] == ""


def test_undo_is_for_the_person_and_for_an_hour(
    administrator_browser: Browser, tenant: Tenant, clients: list[Client], now: datetime
) -> None:
    operation = disable(administrator_browser, clients[:1])

    other = browser_of(make_person("olga", tenant, TENANT_ADMINISTRATOR))
    assert other.post(UNDO, {"operation": operation}).status_code == 404
    for wrong in ("", str(uuid4()), "x"):
        assert administrator_browser.post(UNDO, {"operation": wrong}).status_code == 404
    assert enabled() == ["Three", "Two"]


def test_undo_after_an_hour_is_refused(
    administrator: Any, clients: list[Client], now: datetime
) -> None:
    operation = disable(browser_of(administrator), clients[:1])

    with time_machine.travel(now + timedelta(minutes=61), tick=False):
        late = browser_of(administrator).post(UNDO, {"operation": operation})

    assert late.status_code == 404
    assert "This can no longer be undone" in text_of(late)


def test_undo_asks_for_a_proof_and_for_the_right(
    administrator: Any, colleague_browser: Browser, clients: list[Client]
) -> None:
    browser = browser_of(administrator)
    operation = disable(browser, clients[:1])
    set_proof_age(browser, administrator, timedelta(minutes=30))

    asked = browser.post(UNDO, {"operation": operation}, headers=HTMX)

    assert "Confirm your identity" in text_of(asked)
    assert f'value="{operation}"' in text_of(asked)
    assert colleague_browser.post(UNDO, {"operation": operation}).status_code == 403
    assert enabled() == ["Three", "Two"]
