"""Edit Roles of a person."""

from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Person, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.selectors.people.lookup import rights_of
from tests.factories import role_id
from tests.responses import HTMX, is_page, text_of, value_of


def address(person: Person) -> str:
    return f"/security/users/{person.pk}/roles/edit"


@pytest.fixture
def form(administrator_browser: Browser, colleague: Person) -> dict[str, Any]:
    version = value_of("version", administrator_browser.get(address(colleague)))
    return {"version": version, "roles": []}


def test_person_roles_edit_is_a_page_and_a_window(
    administrator_browser: Browser, colleague: Person
) -> None:
    assert is_page(administrator_browser.get(address(colleague)))
    window = administrator_browser.get(address(colleague), headers=HTMX)
    assert not is_page(window)
    assert "Tenant Viewer" in text_of(window)


def test_person_roles_edit_assigns_exactly_the_ticked_roles(
    administrator_browser: Browser, colleague: Person, my_data_role: Role, form: dict[str, Any]
) -> None:
    form["roles"] = [str(my_data_role.pk)]

    reply = administrator_browser.post(address(colleague), form, headers=HTMX)

    assert reply.status_code == 204
    assert rights_of(colleague) == {TENANT_MEMBER}
    assert colleague.roles.filter(pk=my_data_role.pk).exists()


def test_person_roles_edit_to_tenant_administrator_needs_a_second_tick(
    administrator_browser: Browser, colleague: Person, tenant: Tenant, form: dict[str, Any]
) -> None:
    form["roles"] = [str(role_id(tenant, TENANT_ADMINISTRATOR))]
    refused = administrator_browser.post(address(colleague), form, headers=HTMX)
    assert refused.status_code == 422
    assert "Confirm that you want to make jonas a Tenant Administrator." in text_of(refused)

    form["confirm_admin"] = "on"
    assert administrator_browser.post(address(colleague), form, headers=HTMX).status_code == 204
    assert TENANT_ADMINISTRATOR in rights_of(colleague)


def test_person_roles_edit_keeps_the_last_tenant_administrator(
    administrator_browser: Browser, administrator: Person
) -> None:
    version = value_of("version", administrator_browser.get(address(administrator)))

    reply = administrator_browser.post(address(administrator), {"version": version}, headers=HTMX)

    assert reply.status_code == 422
    assert "is the last Tenant Administrator" in text_of(reply)
    assert TENANT_ADMINISTRATOR in rights_of(administrator)


def test_person_roles_edit_of_what_somebody_else_changed_shows_it(
    administrator_browser: Browser,
    colleague: Person,
    tenant: Tenant,
    my_data_role: Role,
    form: dict[str, Any],
) -> None:
    administrator_browser.post(address(colleague), {**form, "roles": [str(my_data_role.pk)]})

    viewer = str(role_id(tenant, TENANT_VIEWER))
    reply = administrator_browser.post(address(colleague), {**form, "roles": [viewer]})

    assert reply.status_code == 422
    assert "Now: MyData.Role" in text_of(reply)


def test_person_roles_edit_by_others_is_refused(
    colleague_browser: Browser, stranger_browser: Browser, colleague: Person, tenant: Tenant
) -> None:
    form = {"roles": [str(role_id(tenant, TENANT_ADMINISTRATOR))], "confirm_admin": "on"}

    assert colleague_browser.post(address(colleague), form).status_code == 403
    assert stranger_browser.post(address(colleague), form).status_code == 404
    assert TENANT_ADMINISTRATOR not in rights_of(colleague)
