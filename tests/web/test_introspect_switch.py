"""The switch "May introspect tokens", for clients with secrets."""

from datetime import timedelta

import pytest

from clients_app.models import AuditEvent, Client, ClientOwner
from tests.conftest import browser_of
from tests.responses import HTMX, text_of, value_of

ADD = "/security/clients/add"
SWITCH = 'name="may_introspect"'
GAINED = {"may_introspect": "on", "removes_secrets": "on"}
TICKED = f"{SWITCH} checked"


def may_introspect(machine) -> bool:
    return Client.objects.get(pk=machine.client.pk).may_introspect


@pytest.mark.parametrize(
    ("path", "offered"),
    [(ADD, True), (f"{ADD}/hybrid", True), (f"{ADD}/authorization-code", False)],
)
def test_introspect_switch_is_offered_for_types_with_secrets(administrator_browser, path, offered):
    window = text_of(administrator_browser.get(path))

    assert (SWITCH in window) is offered
    assert TICKED not in window


def test_introspect_switch_is_kept_through_both_steps(administrator_browser, draft):
    draft |= {"may_introspect": "on"}
    second = administrator_browser.post(ADD, draft, headers=HTMX)
    assert value_of("may_introspect", second) == "True"
    back = administrator_browser.post(ADD, draft | {"back": "1"}, headers=HTMX)
    assert TICKED in text_of(back)


def test_introspect_switch_is_off_by_default(administrator_browser, draft):
    administrator_browser.post("/security/clients/register", draft, headers=HTMX)

    client = Client.objects.get(name="Reservoir 3 gateway")
    assert not client.may_introspect
    details = text_of(administrator_browser.get(f"/security/clients/{client.pk}"))
    assert "<dt>May introspect tokens</dt><dd>No</dd>" in details


def test_introspect_switch_edit_is_saved_and_recorded(
    administrator_browser, machine, edit_client_address, edit_client_form, address
):
    administrator_browser.post(edit_client_address, edit_client_form | GAINED, headers=HTMX)
    assert may_introspect(machine)
    assert TICKED in text_of(administrator_browser.get(edit_client_address))
    assert "May introspect tokens" in text_of(administrator_browser.get(address("/activity")))

    administrator_browser.post(
        edit_client_address, edit_client_form | {"version": "2"}, headers=HTMX
    )
    assert not may_introspect(machine)
    assert AuditEvent.objects.filter(action="client.edited").count() == 2


def test_introspect_switch_change_asks_for_proof(
    administrator, machine, edit_client_address, edit_client_form
):
    """Like roles and Owners, it grants power."""
    browser = browser_of(administrator, proof_age=timedelta(minutes=10, seconds=5))

    asked = browser.post(
        edit_client_address, edit_client_form | {"may_introspect": "on"}, headers=HTMX
    )
    assert "Confirm your identity" in text_of(asked)
    assert not may_introspect(machine)

    assert (
        browser.post(
            edit_client_address, edit_client_form | {"contact": "North"}, headers=HTMX
        ).status_code
        == 204
    )


def test_introspect_switch_owner_cannot_change_it(
    colleague, machine, edit_client_address, edit_client_form
):
    """Only a Tenant Administrator may; the value that an Owner sends is ignored."""
    ClientOwner.objects.create(client=machine.client, person=colleague)
    browser = browser_of(colleague)
    assert SWITCH not in text_of(browser.get(edit_client_address))

    sent = edit_client_form | {"contact": "North"} | GAINED
    assert browser.post(edit_client_address, sent, headers=HTMX).status_code == 204

    client = Client.objects.get(pk=machine.client.pk)
    assert (client.contact, client.may_introspect) == ("North", False)


def test_introspect_switch_concurrent_change_is_shown(
    administrator_browser, machine, edit_client_address, edit_client_form
):
    administrator_browser.post(edit_client_address, edit_client_form | GAINED, headers=HTMX)

    reply = administrator_browser.post(edit_client_address, edit_client_form, headers=HTMX)

    assert reply.status_code == 422
    assert "May introspect tokens: Now: Yes" in text_of(reply)
    assert may_introspect(machine)
