"""Edit Client: roles and Owners, their proof of identity, and who may change them."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from clients_app.models import Client, ClientOwner
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.people.accounts import set_active
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.factories import make_role, role_id
from tests.portal_process import PASSWORD
from tests.responses import HTMX, text_of, value_of

EXPIRED_PROOF = timedelta(minutes=10, seconds=5)


def test_edit_client_tenant_administrator_needs_a_second_tick(
    administrator_browser, tenant, machine, edit_client_address, edit_client_form
):
    edit_client_form |= {"roles": [str(role_id(tenant, TENANT_ADMINISTRATOR))]}
    refused = administrator_browser.post(edit_client_address, edit_client_form)
    accepted = administrator_browser.post(
        edit_client_address,
        edit_client_form | {"confirm_admin": "on", "removes_secrets": "on"},
        headers=HTMX,
    )

    assert refused.status_code == 422
    assert "Confirm that Wind park reader becomes a Tenant Administrator" in text_of(refused)
    assert accepted.status_code == 204
    kept = administrator_browser.post(
        edit_client_address, edit_client_form | {"version": "2", "contact": "X"}, headers=HTMX
    )
    assert kept.status_code == 204


def test_edit_client_owner_outside_the_tenant_is_refused(
    administrator_browser,
    colleague,
    stranger,
    machine,
    edit_client_address,
    edit_client_form,
    address,
):
    window = text_of(administrator_browser.get(edit_client_address))
    assert "jonas" in window
    assert "zofia" not in window

    reply = administrator_browser.post(
        edit_client_address, edit_client_form | {"owners": [str(colleague.pk)]}, headers=HTMX
    )
    assert reply.status_code == 204
    assert list(machine.client.owners.all()) == [colleague]
    assert "jonas" in text_of(administrator_browser.get(address()))
    stolen = administrator_browser.post(
        edit_client_address, edit_client_form | {"owners": [str(stranger.pk)]}
    )
    assert stolen.status_code == 422


def test_edit_client_fields_and_owners_are_saved_atomically(
    administrator_browser, colleague, machine, edit_client_address, edit_client_form
):
    edit_client_form |= {"contact": "X", "version": "0", "owners": [str(colleague.pk)]}
    assert administrator_browser.post(edit_client_address, edit_client_form).status_code == 422

    assert not machine.client.owners.exists()


def test_edit_client_owner_cannot_change_roles_or_owners(
    colleague, machine, edit_client_address, edit_client_form, tenant, address
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    role = make_role("MyData.Role", tenant)
    machine.client.roles.add(role)
    browser = browser_of(colleague)

    window = text_of(browser.get(edit_client_address))
    assert 'name="roles"' not in window
    assert 'name="owners"' not in window
    assert "Edit Client" in text_of(browser.get(address()))
    assert "Remove Client" not in text_of(browser.get(address()))
    forged = edit_client_form | {"contact": "X", "roles": [], "owners": []}
    assert browser.post(edit_client_address, forged, headers=HTMX).status_code == 204
    machine.client.refresh_from_db()
    assert machine.client.contact == "X"
    assert role in machine.client.roles.all()
    assert list(machine.client.owners.all()) == [colleague]


def test_edit_client_only_roles_and_owners_ask_for_proof(
    administrator, colleague, machine, edit_client_address, edit_client_form, tenant
):
    role = make_role("MyData.Role", tenant)
    browser = browser_of(administrator, proof_age=EXPIRED_PROOF)

    assert "Confirm your identity" not in text_of(browser.get(edit_client_address))
    assert (
        browser.post(
            edit_client_address, edit_client_form | {"contact": "X"}, headers=HTMX
        ).status_code
        == 204
    )
    edit_client_form |= {"version": "2", "contact": "Y"}
    for power in ({"roles": [str(role.pk)]}, {"owners": [str(colleague.pk)]}):
        asked = browser.post(edit_client_address, edit_client_form | power, headers=HTMX)
        assert "Confirm your identity" in text_of(asked)
        assert value_of("contact", asked) == "Y"
    proved = edit_client_form | power | {"proof_for": "POST", "proof": PASSWORD}
    assert browser.post(edit_client_address, proved, headers=HTMX).status_code == 204
    machine.client.refresh_from_db()
    assert machine.client.contact == "Y"
    assert list(machine.client.owners.all()) == [colleague]


def test_edit_client_window_after_proof_shows_what_was_typed(
    administrator_browser, edit_client_address, edit_client_form, tenant
):
    role = make_role("MyData.Role", tenant)
    Client.objects.get().roles.add(role)
    reply = administrator_browser.post(
        edit_client_address, edit_client_form | {"back": "1", "name": "Half"}, headers=HTMX
    )

    assert reply.status_code == 200
    assert value_of("name", reply) == "Half"
    assert f'value="{role.pk}" checked' not in text_of(reply)


def test_owner_who_cannot_sign_in_is_marked_and_counts_as_none(
    administrator_browser,
    administrator,
    colleague,
    machine,
    edit_client_address,
    edit_client_form,
    address,
):
    owned = edit_client_form | {"owners": [str(colleague.pk)]}
    assert administrator_browser.post(edit_client_address, owned, headers=HTMX).status_code == 204
    without = "/security/clients?show=no-owner"
    row = f'id="row-{machine.client.pk}"'
    for page in (address(), edit_client_address):
        assert "Cannot sign in" not in text_of(administrator_browser.get(page))
    assert row not in text_of(administrator_browser.get(without))
    lock_out(colleague)

    for page in (address(), edit_client_address):
        assert "Cannot sign in" in text_of(administrator_browser.get(page))
    assert row in text_of(administrator_browser.get(without))
    admin_page = reverse("admin:clients_app_client_change", args=[machine.client.pk])
    assert "jonas (cannot sign in)" in text_of(browser_of(administrator).get(admin_page))


def test_person_who_cannot_sign_in_becomes_no_owner_at_any_door(
    administrator_browser, colleague, machine, edit_client_address, edit_client_form
):
    lock_out(colleague)
    bulk_address, bulk = "/security/clients/bulk/owners", {"clients": [str(machine.client.pk)]}
    assert "jonas" not in text_of(administrator_browser.get(edit_client_address))
    assert "jonas" not in text_of(administrator_browser.get(bulk_address, bulk, headers=HTMX))

    for path, form in ((edit_client_address, edit_client_form), (bulk_address, bulk)):
        typed = form | {"owners": [str(colleague.pk)]}
        reply = administrator_browser.post(path, typed, headers=HTMX)
        assert reply.status_code == 422
        assert "jonas cannot sign in. Select somebody else." in text_of(reply)
    assert not machine.client.owners.exists()


def test_owner_who_cannot_sign_in_stays_when_something_else_is_edited(
    administrator_browser, colleague, machine, edit_client_address, edit_client_form
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    lock_out(colleague)
    typed = edit_client_form | {"owners": [str(colleague.pk)], "contact": "X"}

    reply = administrator_browser.post(edit_client_address, typed, headers=HTMX)
    assert reply.status_code == 204
    assert list(machine.client.owners.all()) == [colleague]


def lock_out(person):
    set_active(person, active=False, actor=command_line_in(person.tenant), now=timezone.now())
