"""Edit Roles: the picker, the second tick, the claims, and concurrent changes."""

import json
import re
from datetime import timedelta

import pytest

from clients_app.models import Client, ClientOwner
from clients_app.rules.built_in_roles import BUILT_IN_ROLES, TENANT_ADMINISTRATOR
from tests.conftest import browser_of
from tests.factories import insert_clients, role_id
from tests.responses import HTMX, is_page, text_of, value_of

CLAIMS = {**HTMX, "HX-Target": "claims"}


@pytest.fixture
def edit_address(address):
    return address("/roles/edit")


def role_names(machine) -> list[str]:
    return sorted(role.name for role in machine.client.roles.all())


def test_edit_roles_window_shows_roles_and_claims(
    administrator_browser, machine, my_data_role, edit_address, address
):
    machine.client.roles.add(my_data_role)
    for headers in ({}, HTMX):
        reply = administrator_browser.get(edit_address, headers=headers)
        assert is_page(reply) is not bool(headers)
        assert f'value="{my_data_role.pk}" checked' in text_of(reply)
        assert "MyData.Role, Tenant Member</td>" in text_of(reply)
        names = re.findall(r"<code>(\w+)</code></th>", text_of(reply))
        assert names[:4] == ["iss", "aud", "roles", "exp"]
        assert str(machine.client.pk) in text_of(reply)
        assert 'name="name"' not in text_of(reply)
    assert "Edit roles" in text_of(administrator_browser.get(address("/roles")))


def test_edit_roles_shows_chosen_roles_first_and_the_rest_in_groups(
    administrator_browser, machine, my_data_role, edit_address
):
    machine.client.roles.add(my_data_role)

    text = text_of(administrator_browser.get(edit_address))

    chosen, _, others = text.partition('class="roles-list"')
    assert f'value="{my_data_role.pk}" checked' in chosen
    assert str(my_data_role.pk) not in others.partition("</fieldset>")[0]
    assert 'role="group" aria-label="Built-in"' in others
    assert "Tenant Custom" not in others.partition("</fieldset>")[0]  # none is left


def test_built_in_roles_each_have_a_sentence_of_their_own():
    assert len({role.description for role in BUILT_IN_ROLES}) == len(BUILT_IN_ROLES)


def test_edit_roles_takes_effect_immediately(
    administrator_browser, machine, my_data_role, edit_address, address
):
    sent = {"version": "1", "roles": [str(my_data_role.pk)]}
    reply = administrator_browser.post(edit_address, sent, headers=HTMX)

    assert reply.status_code == 204
    assert "clientChanged" in json.loads(reply["HX-Trigger"])
    assert role_names(machine) == ["MyData.Role", "Tenant Member"]
    reply = administrator_browser.post(edit_address, {"version": "2"})
    assert (reply.status_code, reply["Location"]) == (303, address("/roles"))
    assert role_names(machine) == ["Tenant Member"]


@pytest.mark.parametrize("headers", [{}, HTMX, CLAIMS])
def test_edit_roles_preview_shows_claims_and_saves_nothing(
    administrator_browser, machine, my_data_role, edit_address, headers
):
    sent = {"version": "1", "roles": [str(my_data_role.pk)], "preview": "1"}
    reply = administrator_browser.post(edit_address, sent, headers=headers)

    text = text_of(reply)
    assert reply.status_code == 200
    assert "MyData.Role, Tenant Member</td>" in text
    assert str(my_data_role.pk) in text
    assert (f'value="{my_data_role.pk}" checked' in text) is (headers is not CLAIMS)
    assert role_names(machine) == ["Tenant Member"]


def test_edit_roles_missing_tick_or_unknown_role_is_refused(
    administrator_browser, tenant, machine, edit_address
):
    admin = {"version": "1", "roles": [str(role_id(tenant, TENANT_ADMINISTRATOR))]}
    refused = administrator_browser.post(edit_address, admin, headers=HTMX)
    unknown = administrator_browser.post(
        edit_address, {"version": "1", "roles": ["x"]}, headers=HTMX
    )

    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert "Wind park reader</span> a Tenant Administrator" in text_of(refused)
    assert "Select roles from the list." in text_of(unknown)
    assert role_names(machine) == ["Tenant Member"]
    agreed = {"confirm_admin": "on", "removes_secrets": "on"}
    ticked = administrator_browser.post(edit_address, admin | agreed, headers=HTMX)
    assert ticked.status_code == 204
    assert role_names(machine) == ["Tenant Administrator", "Tenant Member"]


def test_edit_roles_concurrent_change_is_shown(
    administrator_browser, machine, my_data_role, edit_address
):
    theirs = {"version": "1", "roles": [str(my_data_role.pk)]}
    assert administrator_browser.post(edit_address, theirs, headers=HTMX).status_code == 204

    reply = administrator_browser.post(edit_address, {"version": "1"}, headers=HTMX)
    assert reply.status_code == 422
    assert "mara changed this while the form was open." in text_of(reply)
    assert "Now: MyData.Role" in text_of(reply)
    assert value_of("version", reply) == "2"
    assert role_names(machine) == ["MyData.Role", "Tenant Member"]


def test_edit_roles_for_a_type_without_roles_is_not_found(administrator_browser, tenant, address):
    client = insert_clients(["Map"], tenant)[0]
    Client.objects.filter(pk=client.pk).update(client_type="hybrid")

    assert administrator_browser.get(address("/roles/edit", client)).status_code == 404


def test_edit_roles_with_an_old_proof_asks_to_confirm_identity(administrator, edit_address):
    browser = browser_of(administrator, proof_age=timedelta(minutes=11))

    assert "Confirm your identity" in text_of(browser.get(edit_address))


@pytest.mark.parametrize("method", ["get", "post"])
def test_edit_roles_without_permission_is_refused(
    colleague, stranger_browser, client, machine, edit_address, address, method
):
    ClientOwner.objects.create(client=machine.client, person=colleague)
    owner = browser_of(colleague)

    assert getattr(owner, method)(edit_address).status_code == 403
    assert "Edit roles" not in text_of(owner.get(address("/roles")))
    assert getattr(stranger_browser, method)(edit_address).status_code == 404
    assert getattr(client, method)(edit_address).status_code in (303, 403)
