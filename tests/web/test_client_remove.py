"""Remove Client: lists the effects, asks for the name of a client in use, then removes."""

import json
from datetime import timedelta

import pytest

from clients_app.models import Client
from tests.conftest import browser_of
from tests.credentials import insert_keys
from tests.factories import insert_secrets
from tests.responses import HTMX, is_page, text_of, value_of


@pytest.fixture
def remove_address(address):
    return address("/remove")


@pytest.fixture
def used_lately(machine, now):
    used = now - timedelta(hours=23, minutes=59)
    Client.objects.filter(pk=machine.client.pk).update(last_token_at=used)


def client_exists(machine) -> bool:
    return Client.objects.present().filter(pk=machine.client.pk).exists()


def test_remove_client_window_lists_effects_and_offers_disable(
    administrator_browser, machine, remove_address
):
    insert_secrets(machine.client, 1)
    for headers in ({}, HTMX):
        reply = administrator_browser.get(remove_address, headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        assert "<b>Wind park reader</b> and its <b>2 secrets</b> will be removed." in text
        assert "It can be restored for 30 days, without its secrets, keys and identities." in text
        assert "This client has never been used." in text
        assert "/disable" in text
        assert 'name="confirm"' not in text
    assert client_exists(machine)


def test_windows_do_not_count_secrets_where_there_are_keys(
    administrator_browser, machine, address, remove_address
):
    insert_keys(machine.client, 1)
    Client.objects.filter(pk=machine.client.pk).update(is_enabled=False)

    removing, enabling = (
        text_of(administrator_browser.get(one)) for one in (remove_address, address("/enable"))
    )

    with_all = "with its secrets, public keys and federated identities."
    assert f"<b>Wind park reader</b> will be removed {with_all}" in removing
    assert f"can request tokens again {with_all}" in enabling


@pytest.mark.both_databases
def test_remove_client_takes_effect_immediately(
    administrator_browser, machine, remove_address, address
):
    reply = administrator_browser.post(remove_address, headers=HTMX)

    assert reply.status_code == 204
    assert set(json.loads(reply["HX-Trigger"])) == {"clientRemoved", "windowDone", "toast"}
    assert not client_exists(machine)
    assert not machine.client.secrets.filter(removed_at=None).exists()
    for method in ("get", "post"):
        assert getattr(administrator_browser, method)(remove_address).status_code == 404
    assert administrator_browser.get(address()).status_code == 404


def test_remove_client_without_javascript_redirects_to_the_list(
    administrator_browser, remove_address
):
    reply = administrator_browser.post(remove_address)

    assert reply.status_code == 303
    assert reply["Location"] == "/security/clients?type=client-credentials"
    text = text_of(administrator_browser.get(reply["Location"]))
    assert "Wind park reader removed. It can be restored for 30 days." in text


@pytest.mark.usefixtures("used_lately")
@pytest.mark.parametrize("wrong", ["", "wind park reader", "Wind park"])
def test_remove_client_in_use_asks_for_its_name(
    administrator_browser, machine, remove_address, wrong
):
    assert "This client is in use" in text_of(administrator_browser.get(remove_address))
    reply = administrator_browser.post(remove_address, {"confirm": wrong}, headers=HTMX)

    assert reply.status_code == 422
    said = "Enter Wind park reader, the name of the client, to remove it."
    assert text_of(reply).count(said) == 2
    assert value_of("confirm", reply) == wrong
    assert client_exists(machine)

    sent = {"confirm": " Wind park reader "}
    assert administrator_browser.post(remove_address, sent, headers=HTMX).status_code == 204
    assert not client_exists(machine)


def test_remove_client_unused_for_a_day_does_not_ask_for_its_name(
    administrator_browser, machine, remove_address, now
):
    used = now - timedelta(hours=24, seconds=1)
    Client.objects.filter(pk=machine.client.pk).update(last_token_at=used)

    text = text_of(administrator_browser.get(remove_address))
    assert 'name="confirm"' not in text
    assert "Its last token was issued" in text
    assert administrator_browser.post(remove_address, headers=HTMX).status_code == 204


def test_remove_client_with_an_old_proof_asks_to_confirm_identity(
    administrator, remove_address, machine
):
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    assert "Confirm your identity" in text_of(browser.get(remove_address))


@pytest.mark.parametrize("method", ["get", "post"])
def test_remove_client_without_permission_is_refused(
    expect_refused, machine, remove_address, method
):
    expect_refused(method, remove_address)
    assert client_exists(machine)
