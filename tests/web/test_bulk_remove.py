"""Bulk: Remove, confirmed, with the clients that were used lately named."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from tests.conftest import browser_of
from tests.factories import make_client
from tests.responses import HTMX, text_of

LIST = "/security/clients"
REMOVE = f"{LIST}/bulk/remove"


@pytest.fixture
def clients(tenant: Tenant) -> list[Client]:
    return [make_client(name, tenant).client for name in ("One", "Two", "Three")]


def used(clients: list[Client], at: datetime) -> None:
    Client.objects.filter(pk__in=[one.pk for one in clients]).update(last_token_at=at)


def sent(clients: list[Client], **fields: Any) -> dict[str, Any]:
    return {"clients": [str(one.pk) for one in clients], "to": LIST, **fields}


@pytest.mark.both_databases
def test_bulk_remove_removes_clients_and_secrets_with_an_event_each(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    reply = administrator_browser.post(REMOVE, sent(clients[:2]), headers=HTMX)

    assert reply.status_code == 204
    assert "2 clients removed. They can be restored for 30 days." in reply["HX-Trigger"]
    assert [one.name for one in Client.objects.filter(removed_at=None)] == ["Three"]
    assert ClientSecret.objects.filter(removed_at=None).count() == 1
    assert AuditEvent.objects.filter(action="client.removed").count() == 2


def test_bulk_remove_names_the_clients_in_use_and_asks_for_their_number(
    administrator_browser: Browser, clients: list[Client], now: datetime
) -> None:
    used(clients[:2], now - timedelta(hours=23))
    used(clients[2:], now - timedelta(hours=25))

    window = text_of(administrator_browser.get(REMOVE, sent(clients), headers=HTMX))
    assert "2 of them were used in the last 24 hours" in window
    assert "</strong>One, Two</div>" in window
    for typed in ("", "3", "two", "-2"):
        reply = administrator_browser.post(REMOVE, sent(clients, confirm=typed), headers=HTMX)
        assert reply.status_code == 422
        assert "Enter 2, the number of clients" in text_of(reply)
    assert Client.objects.filter(removed_at=None).count() == 3

    reply = administrator_browser.post(REMOVE, sent(clients, confirm=" 2 "), headers=HTMX)
    assert reply.status_code == 204
    assert not Client.objects.filter(removed_at=None).exists()


@pytest.mark.both_databases
def test_bulk_remove_asks_again_when_another_client_is_used_meanwhile(
    administrator_browser: Browser, clients: list[Client], now: datetime
) -> None:
    used(clients[:1], now)

    reply = administrator_browser.post(REMOVE, sent(clients), headers=HTMX)

    assert reply.status_code == 422
    assert "1 of them was used in the last 24 hours" in text_of(reply)
    assert Client.objects.filter(removed_at=None).count() == 3


def test_bulk_remove_asks_for_a_proof_and_for_the_right(
    administrator: Any, colleague_browser: Browser, clients: list[Client]
) -> None:
    late = browser_of(administrator, proof_age=timedelta(minutes=30))

    asked = late.post(REMOVE, sent(clients), headers=HTMX)
    assert "Confirm your identity" in text_of(asked)
    assert colleague_browser.post(REMOVE, sent(clients), headers=HTMX).status_code == 403
    assert Client.objects.filter(removed_at=None).count() == 3


def test_bulk_remove_without_htmx_returns_to_the_list(
    administrator_browser: Browser, clients: list[Client]
) -> None:
    reply = administrator_browser.post(REMOVE, sent(clients))

    assert (reply.status_code, reply["Location"]) == (303, LIST)
    assert "3 clients removed" in text_of(administrator_browser.get(LIST))
