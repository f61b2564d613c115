"""Restore Client: comes back disabled, without secrets, under a free name."""

from datetime import timedelta

import pytest

from clients_app.models import Client
from clients_app.services.clients.removal import remove_client
from tests.actors import actor_for
from tests.conftest import browser_of
from tests.factories import make_client
from tests.responses import HTMX, is_page, text_of, value_of


@pytest.fixture
def restore_address(machine, administrator, address, now):
    remove_client(machine.client, actor=actor_for(administrator), now=now)
    return address("/restore")


def stored_client(machine) -> Client:
    return Client.objects.get(pk=machine.client.pk)


def test_restore_window_lists_what_is_restored(administrator_browser, machine, restore_address):
    for headers in ({}, HTMX):
        reply = administrator_browser.get(restore_address, headers=headers)
        assert is_page(reply) is not bool(headers)
        assert "It comes back disabled, without its secrets, keys and identities." in text_of(reply)
        assert "by mara." in text_of(reply)
        assert 'name="name"' not in text_of(reply)
    assert stored_client(machine).removed_at


def test_restore_returns_the_client_disabled_without_secrets(
    administrator_browser, machine, restore_address, address
):
    reply = administrator_browser.post(restore_address, headers=HTMX)

    row = f"#row-{machine.client.pk}"
    assert (reply.status_code, reply["HX-Redirect"]) == (200, address() + row)
    assert (stored_client(machine).removed_at, stored_client(machine).is_enabled) == (None, False)
    text = text_of(administrator_browser.get(address("/secrets")))
    assert "This client has no secrets" in text
    for method in ("get", "post"):
        assert getattr(administrator_browser, method)(restore_address).status_code == 404


def test_restore_without_javascript_redirects_to_the_details(
    administrator_browser, machine, restore_address, address
):
    reply = administrator_browser.post(restore_address)

    row = f"#row-{machine.client.pk}"
    assert (reply.status_code, reply["Location"]) == (303, address() + row)


def test_restore_with_a_taken_name_asks_for_another(
    administrator_browser, machine, restore_address, tenant
):
    make_client("WIND park reader", tenant)
    asked = administrator_browser.get(restore_address, headers=HTMX)
    assert "Another client has this name now." in text_of(asked)
    assert value_of("name", asked) == "Wind park reader"

    for sent in ({}, {"name": "Wind park reader"}):
        refused = administrator_browser.post(restore_address, sent, headers=HTMX)
        assert refused.status_code == 422
        assert "There is a client named Wind park reader already." in text_of(refused)
        assert value_of("name", refused) == "Wind park reader"
    empty = administrator_browser.post(restore_address, {"name": ""}, headers=HTMX)
    assert "Enter a name of 1 to 200 characters." in text_of(empty)
    assert stored_client(machine).removed_at
    sent = {"name": "Wind park reader 2"}
    assert administrator_browser.post(restore_address, sent, headers=HTMX)["HX-Redirect"]
    assert stored_client(machine).name == "Wind park reader 2"


def test_restore_after_30_days_is_not_found(administrator_browser, machine, restore_address, now):
    Client.objects.filter(pk=machine.client.pk).update(removed_at=now - timedelta(days=30))

    assert administrator_browser.get(restore_address).status_code == 404


def test_restore_of_an_existing_client_is_not_found(administrator_browser, address):
    assert administrator_browser.post(address("/restore")).status_code == 404


def test_restore_with_an_old_proof_asks_to_confirm_identity(administrator, restore_address):
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    assert "Confirm your identity" in text_of(browser.get(restore_address))


@pytest.mark.parametrize("method", ["get", "post"])
def test_restore_without_permission_is_refused(expect_refused, machine, restore_address, method):
    expect_refused(method, restore_address)
    assert stored_client(machine).removed_at
