"""Edit Role and Remove Role: custom roles and their holders."""

import json
from datetime import timedelta

import pytest

from clients_app.models import Client, Role
from clients_app.rules.built_in_roles import TENANT_VIEWER
from tests.factories import make_role, role_id
from tests.refused_values import OF_ROLES, refused_values
from tests.responses import HTMX, is_page, text_of, value_of


@pytest.fixture
def edit_address(my_data_role):
    return f"/security/roles/{my_data_role.pk}/edit"


@pytest.fixture
def remove_address(my_data_role):
    return f"/security/roles/{my_data_role.pk}/remove"


@pytest.fixture
def form_data(administrator_browser, edit_address):
    version = value_of("version", administrator_browser.get(edit_address))
    return {"version": version, "name": "MyData.Reader", "description": "Reads."}


def test_role_windows_are_pages_and_fragments(administrator_browser, edit_address, remove_address):
    for path in (edit_address, remove_address):
        assert is_page(administrator_browser.get(path))
        assert not is_page(administrator_browser.get(path, headers=HTMX))
    assert value_of("name", administrator_browser.get(edit_address)) == "MyData.Role"
    text = text_of(administrator_browser.get("/security/roles"))
    assert edit_address in text
    assert remove_address in text


@pytest.mark.both_databases
def test_edit_role_renamed_keeps_id_and_holders(
    administrator_browser, machine, my_data_role, edit_address, form_data
):
    machine.client.roles.add(my_data_role)
    reply = administrator_browser.post(edit_address, form_data, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert told["toast"]["text"] == "Role MyData.Reader saved."
    assert "rolesChanged" in told
    role = machine.client.roles.get(pk=my_data_role.pk)
    assert (role.name, role.description) == ("MyData.Reader", "Reads.")


@refused_values(**OF_ROLES)
def test_edit_role_invalid_field_is_explained_and_kept(
    administrator_browser, tenant, my_data_role, edit_address, form_data, name, value, sentence
):
    make_role("Pump reader", tenant)
    reply = administrator_browser.post(edit_address, form_data | {name: value}, headers=HTMX)

    assert reply.status_code == 422
    assert text_of(reply).count(sentence) == 2
    assert value_of(name, reply) == value
    my_data_role.refresh_from_db()
    assert my_data_role.name == "MyData.Role"


def test_edit_role_concurrent_change_is_shown(
    administrator_browser, my_data_role, edit_address, form_data
):
    theirs = form_data | {"name": "MyData.Writer"}
    assert administrator_browser.post(edit_address, theirs, headers=HTMX).status_code == 204

    reply = administrator_browser.post(edit_address, form_data, headers=HTMX)
    assert reply.status_code == 422
    assert "Now: MyData.Writer" in text_of(reply)
    my_data_role.refresh_from_db()
    assert my_data_role.name == "MyData.Writer"
    again = form_data | {"version": value_of("version", reply)}
    assert administrator_browser.post(edit_address, again, headers=HTMX).status_code == 204


@pytest.mark.both_databases
def test_remove_role_lists_holders_and_removes_it_from_all(
    administrator_browser, machine, colleague, my_data_role, remove_address, now
):
    machine.client.roles.add(my_data_role)
    colleague.roles.add(my_data_role)
    Client.objects.filter(pk=machine.client.pk).update(
        last_token_at=now - timedelta(seconds=30), last_token_expires_at=now + timedelta(seconds=60)
    )

    text = text_of(administrator_browser.get(remove_address, headers=HTMX))
    assert "1 client and 1 person have MyData.Role" in text
    assert "Wind park reader" in text
    assert "jonas" in text
    assert "stay valid until" in text
    assert Role.objects.filter(pk=my_data_role.pk).exists()

    reply = administrator_browser.post(remove_address, headers=HTMX)
    assert reply.status_code == 204
    assert json.loads(reply["HX-Trigger"])["toast"]["text"] == "Role MyData.Role removed."
    assert my_data_role.pk not in {role.pk for role in machine.client.roles.all()}
    assert my_data_role.pk not in {role.pk for role in colleague.roles.all()}
    assert administrator_browser.get(remove_address).status_code == 404
    assert administrator_browser.post(remove_address).status_code == 404


def test_remove_role_without_holders_says_so(administrator_browser, remove_address):
    assert "Nobody has <b>MyData.Role</b>." in text_of(administrator_browser.get(remove_address))
    assert administrator_browser.post(remove_address)["Location"] == "/security/roles"


@pytest.mark.parametrize("operation", ["edit", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_built_in_role_windows_are_not_found(administrator_browser, tenant, operation, method):
    path = f"/security/roles/{role_id(tenant, TENANT_VIEWER)}/{operation}"

    assert getattr(administrator_browser, method)(path).status_code == 404
    assert path not in text_of(administrator_browser.get("/security/roles"))
    assert Role.objects.filter(name="Tenant Viewer").exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_role_windows_without_permission_are_refused(
    expect_refused, colleague_browser, edit_address, remove_address, method, my_data_role
):
    for path in (edit_address, remove_address):
        expect_refused(method, path, {"name": "Mine"})
    assert edit_address not in text_of(colleague_browser.get("/security/roles"))
    my_data_role.refresh_from_db()
    assert my_data_role.name == "MyData.Role"
