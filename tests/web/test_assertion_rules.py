"""The window of the two switches about the assertions of a client (CRE-4)."""

from datetime import timedelta

from clients_app.models import AuditEvent, Client, ClientOwner
from tests.conftest import browser_of
from tests.credentials import insert_keys
from tests.factories import make_application, make_person
from tests.responses import HTMX, is_page, text_of, value_of

BOTH = {"demands_assertion_type": "on", "accepts_token_endpoint_audience": "on"}
EDIT = "/assertions/edit"


def switches_of(machine):
    client = Client.objects.get(pk=machine.client.pk)
    return client.demands_assertion_type, client.accepts_token_endpoint_audience


def test_switches_are_shown_saved_and_recorded(administrator_browser, address, machine):
    assert 'id="edit-assertions"' not in text_of(administrator_browser.get(address("/secrets")))
    insert_keys(machine.client, 1)
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "<dt>Accept the token endpoint as audience</dt><dd>No</dd>" in shown
    assert f'href="{address(EDIT)}"' in shown
    for headers in ({}, HTMX):
        opened = administrator_browser.get(address(EDIT), headers=headers)
        assert is_page(opened) is not bool(headers)
        assert "could use its assertions here" in text_of(opened)

    sent = {"version": value_of("version", opened), **BOTH}
    assert administrator_browser.post(address(EDIT), sent, headers=HTMX).status_code == 204

    assert switches_of(machine) == (True, True)
    shown = text_of(administrator_browser.get(address("/secrets")))
    assert "<dt>Only accept typ client-authentication+jwt</dt><dd>Yes</dd>" in shown
    event = AuditEvent.objects.get(action="client.edited")
    assert '"demands_assertion_type":true' in event.canonical
    assert 'name="demands_assertion_type" checked' in text_of(
        administrator_browser.get(address(EDIT))
    )


def test_switches_of_an_old_form_are_not_overwritten(administrator_browser, address, machine):
    version = value_of("version", administrator_browser.get(address(EDIT)))
    Client.objects.filter(pk=machine.client.pk).update(
        demands_assertion_type=True, version=machine.client.version + 1
    )

    reply = administrator_browser.post(
        address(EDIT), {"version": version, "accepts_token_endpoint_audience": "on"}, headers=HTMX
    )

    assert reply.status_code == 422
    assert "Now: Yes" in text_of(reply)
    assert switches_of(machine) == (True, False)


def test_switches_need_a_right_and_a_fresh_proof(
    administrator, colleague_browser, address, machine, tenant
):
    assert colleague_browser.post(address(EDIT), BOTH).status_code == 403
    late = browser_of(administrator, proof_age=timedelta(hours=1))
    assert "Confirm your identity" in text_of(late.post(address(EDIT), BOTH))
    assert switches_of(machine) == (False, False)

    owner = make_person("olga", tenant)
    ClientOwner.objects.create(client=machine.client, person=owner)
    sent = {"version": str(machine.client.version), **BOTH}
    assert browser_of(owner).post(address(EDIT), sent).status_code == 303
    assert switches_of(machine) == (True, True)


def test_client_without_credentials_has_no_such_switches(administrator_browser, address, tenant):
    public = make_application("App", tenant, client_type="authorization-code")

    assert administrator_browser.get(address(EDIT, public)).status_code == 404
