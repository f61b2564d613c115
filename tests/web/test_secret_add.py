"""Add Secret to a client that exists."""

import pytest

from clients_app.models import ClientRole, ClientSecret
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR
from tests.conftest import browser_of
from tests.factories import insert_secrets, make_person, role_id
from tests.responses import HTMX, is_page, plain_secret_in, text_of, value_of


@pytest.fixture
def secret_fields(draft):
    names = ("form_key", "secret_description", "expiration")
    return {name: draft[name] for name in names}


def test_add_secret_window_is_a_page_and_a_fragment(administrator_browser, address):
    page = administrator_browser.get(address("/secrets/add"))
    fragment = administrator_browser.get(address("/secrets/add"), headers=HTMX)

    assert is_page(page)
    assert not is_page(fragment)
    assert "For Wind park reader." in text_of(fragment)
    assert "Step 2" not in text_of(fragment)


def test_add_secret_shows_the_secret_once(administrator_browser, machine, address, secret_fields):
    reply = administrator_browser.post(address("/secrets/add"), secret_fields, headers=HTMX)

    assert reply.status_code == 200
    assert "Secret Successfully Added" in text_of(reply)
    assert "no-store" in reply["Cache-Control"]
    assert reply["HX-Trigger"] == '{"clientChanged": {}}'
    assert plain_secret_in(reply) != machine.plain
    assert "The Secrets tab shows when the old one is no longer used." in text_of(reply)
    assert machine.client.secrets.count() == 2


def test_add_secret_to_a_client_without_secrets_offers_no_old_one(
    administrator_browser, machine, address, secret_fields
):
    machine.client.secrets.all().delete()
    reply = administrator_browser.post(address("/secrets/add"), secret_fields, headers=HTMX)

    assert plain_secret_in(reply)
    assert "Switch your application" not in text_of(reply)


def test_add_secret_sent_twice_adds_once(administrator_browser, machine, address, secret_fields):
    administrator_browser.post(address("/secrets/add"), secret_fields)
    again = administrator_browser.post(address("/secrets/add"), secret_fields)

    assert again.status_code == 409
    assert machine.client.secrets.count() == 2


def test_add_secret_same_description_is_a_warning(administrator_browser, address, secret_fields):
    first = administrator_browser.post(address("/secrets/add"), secret_fields)
    second = administrator_browser.post(
        address("/secrets/add"), secret_fields | {"form_key": "another-key-of-a-form"}
    )

    assert "Another live secret" not in text_of(first)
    assert second.status_code == 200
    assert "Another live secret of this client is described as Firmware 4.2 too." in text_of(second)


def test_add_secret_eleventh_live_secret_is_refused(
    administrator_browser, machine, address, secret_fields
):
    insert_secrets(machine.client, 9)
    reply = administrator_browser.post(address("/secrets/add"), secret_fields)

    assert reply.status_code == 422
    assert "This client has 10 secrets, the most it can have." in text_of(reply)
    assert value_of("secret_description", reply) == "Firmware 4.2"


def test_add_secret_past_date_is_refused(administrator_browser, machine, address, secret_fields):
    secret_fields["expiration"] = "2020-01-01 00:00"
    reply = administrator_browser.post(address("/secrets/add"), secret_fields, headers=HTMX)

    assert reply.status_code == 422
    assert machine.client.secrets.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_add_secret_follows_the_permissions(
    administrator_browser, colleague_browser, stranger_browser, tenant, address, method
):
    rotator_browser = browser_of(make_person("rotator", tenant, SECRET_ROTATOR))
    browsers = [administrator_browser, rotator_browser, colleague_browser, stranger_browser]
    form = {"never_expires": "on"}

    replies = [getattr(one, method)(address("/secrets/add"), form) for one in browsers]

    assert [reply.status_code for reply in replies] == [200, 200, 403, 404]


def test_add_secret_rotator_cannot_take_over_a_tenant_administrator(
    tenant, machine, address, secret_fields
):
    ClientRole.objects.create(client=machine.client, role_id=role_id(tenant, TENANT_ADMINISTRATOR))
    rotator_browser = browser_of(make_person("rotator", tenant, SECRET_ROTATOR))

    assert rotator_browser.post(address("/secrets/add"), secret_fields).status_code == 403
    assert ClientSecret.objects.count() == 1
    assert "Add Secret" not in text_of(rotator_browser.get(address("/secrets")))
