"""Remove Secret: confirmed and effective immediately."""

import json
from datetime import timedelta

import pytest

from clients_app.models import Client, ClientSecret
from tests.conftest import browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_secrets, make_client
from tests.responses import HTMX, is_page, text_of
from tests.web.conftest import record_use


@pytest.fixture
def remove_address(machine, address):
    return address(f"/secrets/{machine.secret.pk}/remove")


def test_remove_secret_window_names_the_secret_and_the_remaining(
    administrator_browser, machine, remove_address
):
    text = text_of(administrator_browser.get(remove_address, headers=HTMX))

    assert f"…{machine.plain[-4:]}" in text
    assert "0 other secrets" in text
    assert "This is the only secret" in text
    assert 'data-role="alertdialog"' in text

    insert_secrets(machine.client, 1)
    assert "1 other secret<" in text_of(administrator_browser.get(remove_address, headers=HTMX))


def test_remove_secret_window_warns_about_a_secret_in_use(
    administrator_browser, administrator, machine, remove_address, address, now
):
    other = insert_secrets(machine.client, 1)[0]
    record_use(machine.secret, now - timedelta(minutes=1), address="198.51.100.7")
    valid_until = now + timedelta(minutes=59)
    Client.objects.update(last_token_at=now, last_token_expires_at=valid_until)
    for path in (remove_address, f"/admin/clients_app/clientsecret/{machine.secret.pk}/remove/"):
        text = text_of(browser_of(administrator).get(path))
        assert "This secret is in use" in text, path
    text = text_of(administrator_browser.get(remove_address))
    assert "to 198.51.100.7." in text
    assert "Tokens already issued stay valid until" in text

    unused = address(f"/secrets/{other.pk}/remove")
    for path in (unused, f"/admin/clients_app/clientsecret/{other.pk}/remove/"):
        text = text_of(browser_of(administrator).get(path))
        assert "has never been used." in text
        assert "in use" not in text
        assert "Tokens already issued" not in text


@pytest.mark.both_databases
def test_remove_secret_window_of_one_used_long_ago_does_not_warn(
    administrator_browser, machine, remove_address, now
):
    record_use(machine.secret, now - timedelta(hours=25), address="198.51.100.7")
    Client.objects.update(last_token_at=now, last_token_expires_at=now + timedelta(minutes=59))
    text = text_of(administrator_browser.get(remove_address))
    assert "in use" not in text
    assert "Its last token was issued" in text
    assert "Tokens already issued" not in text


def test_remove_secret_window_changes_nothing(administrator_browser, machine, remove_address):
    assert is_page(administrator_browser.get(remove_address))
    machine.secret.refresh_from_db()
    assert machine.secret.removed_at is None


def test_remove_secret_takes_effect_immediately(administrator_browser, machine, remove_address):
    reply = administrator_browser.post(remove_address, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert set(told) == {"clientChanged", "windowDone", "toast"}
    assert machine.plain[-4:] in told["toast"]["text"]
    machine.secret.refresh_from_db()
    assert machine.secret.removed_by == "mara"


def test_remove_secret_without_javascript_redirects_to_the_secrets(
    administrator_browser, address, remove_address
):
    reply = administrator_browser.post(remove_address)

    assert (reply.status_code, reply["Location"]) == (303, address("/secrets"))
    text = text_of(administrator_browser.get(reply["Location"]))
    assert "removed." in text
    assert "This client has no secrets" in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_remove_secret_twice_is_not_found(administrator_browser, remove_address, method):
    administrator_browser.post(remove_address)

    assert getattr(administrator_browser, method)(remove_address).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_remove_secret_of_another_client_is_not_found(
    administrator_browser, tenant, machine, address, method
):
    other = make_client("Other", tenant).client
    path = address(f"/secrets/{machine.secret.pk}/remove", other)

    assert getattr(administrator_browser, method)(path).status_code == 404
    assert ClientSecret.objects.filter(removed_at=None).count() == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_remove_secret_without_permission_is_refused(
    colleague_browser, stranger_browser, machine, remove_address, method
):
    assert getattr(colleague_browser, method)(remove_address).status_code == 403
    assert getattr(stranger_browser, method)(remove_address).status_code == 404
    machine.secret.refresh_from_db()
    assert machine.secret.removed_at is None


def test_remove_names_the_last_proof_of_a_client_of_any_kind(
    administrator_browser, machine, remove_address, address
):
    [key] = insert_keys(machine.client, 1)
    [identity] = insert_identities(machine.client, 1)
    windows = (
        remove_address,
        address(f"/keys/{key.pk}/remove"),
        address(f"/identities/{identity.pk}/remove"),
    )
    for window in windows:
        text = text_of(administrator_browser.get(window))
        assert "Without it the client cannot request tokens." not in text

    for kept, window in zip((machine.secret, key, identity), windows, strict=True):
        for row in (machine.secret, key, identity):
            type(row).objects.filter(pk=row.pk).update(
                removed_at=None if row is kept else row.created_at
            )
        text = text_of(administrator_browser.get(window))
        assert "Without it the client cannot request tokens." in text
