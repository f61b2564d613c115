"""Roles in the admin site: custom roles can be added, edited and removed; built-in ones cannot."""

from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients_app import audit
from clients_app.models import ClientRole, PersonRole, Role, Tenant
from clients_app.rules.built_in_roles import TENANT_VIEWER
from tests.admin.conftest import Installation, expect_explained, last_event, list_of, page_of
from tests.refused_values import OF_ROLES
from tests.responses import text_of

ADD = "admin:clients_app_role_add"


def operation_address(name: str, role: Role) -> str:
    return reverse(f"admin:role-{name}", args=[role.pk])


@pytest.mark.both_databases
def test_add_role_to_any_tenant_is_recorded(staff: Browser, tenant: Tenant) -> None:
    typed = {"tenant": str(tenant.pk), "name": " Pump reader ", "description": "reads"}

    reply = staff.post(reverse(ADD), typed)

    role = Role.objects.get(name="Pump reader")
    assert (reply.status_code, reply["Location"]) == (303, page_of(role))
    assert (role.tenant, role.description, role.is_built_in) == (tenant, "reads", False)
    event = last_event(tenant)
    assert (event.action, event.actor_name) == ("role.added", "ola")
    assert event.operation_id == reply["Operation-Id"]
    assert audit.first_fault(tenant.pk) is None


def test_role_invalid_field_is_explained_at_its_field(
    staff: Browser, installation: Installation
) -> None:
    good = {"tenant": str(installation.tenant.pk), "name": "New", "description": ""}
    expect_explained(
        staff,
        reverse(ADD),
        good,
        **OF_ROLES,
        tenant={"": "This field is required.", str(uuid4()): "Select a valid choice."},
    )
    assert not Role.objects.filter(name="New").exists()


def test_edit_role_keeps_its_id(staff: Browser, installation: Installation) -> None:
    role = installation.role

    assert 'value="Pump reader"' in text_of(staff.get(operation_address("edit", role)))
    typed = {"name": "Pump writer", "description": "writes", "version": role.version}
    reply = staff.post(operation_address("edit", role), typed)

    assert reply.status_code == 303
    role.refresh_from_db()
    assert (role.name, role.description) == ("Pump writer", "writes")
    assert last_event(installation.tenant).action == "role.edited"
    assert audit.first_fault(installation.tenant.pk) is None


def test_edit_role_concurrent_change_is_shown(staff: Browser, installation: Installation) -> None:
    role = installation.role
    typed = {"name": "Mine", "description": "", "version": role.version}
    staff.post(operation_address("edit", role), {**typed, "name": "Theirs"})

    reply = staff.post(operation_address("edit", role), typed)

    assert reply.status_code == 422
    assert "Someone changed this while the form was open." in text_of(reply)
    assert "Now: Theirs" in text_of(reply)
    role.refresh_from_db()
    assert role.name == "Theirs"
    assert (
        staff.post(operation_address("edit", role), {**typed, "version": role.version}).status_code
        == 303
    )


def test_remove_role_lists_holders_and_removes_it_from_all(
    staff: Browser, installation: Installation
) -> None:
    role = installation.role
    ClientRole.objects.create(client=installation.client, role=role)
    ClientRole.objects.create(client=installation.removed, role=role)
    PersonRole.objects.create(person=installation.person, role=role)

    asked = text_of(staff.get(operation_address("remove", role)))
    reply = staff.post(operation_address("remove", role))

    assert "1 client has it." in asked
    assert "1 person has it." in asked
    assert (reply.status_code, reply["Location"]) == (303, list_of(Role))
    assert not Role.objects.filter(pk=role.pk).exists()
    assert last_event(installation.tenant).action == "role.removed"
    assert audit.first_fault(installation.tenant.pk) is None
    assert staff.post(operation_address("remove", role)).status_code == 404
    assert staff.get(operation_address("edit", role)).status_code == 404


def test_built_in_role_cannot_be_changed(staff: Browser, installation: Installation) -> None:
    role = Role.objects.for_tenant(installation.tenant.pk).get(role_type_id=TENANT_VIEWER)

    page = text_of(staff.get(page_of(role)))
    edited = staff.post(operation_address("edit", role), {"name": "Mine", "description": ""})
    removed = staff.post(operation_address("remove", role))

    assert "Edit Role" not in page
    assert "Remove Role" not in page
    for reply in (edited, removed):
        assert reply.status_code == 422
        assert "Built-in roles can be neither edited nor removed." in text_of(reply)
    role.refresh_from_db()
    assert role.name == "Tenant Viewer"


@pytest.mark.both_databases
def test_role_list_can_be_filtered_by_role_type(staff: Browser, installation: Installation) -> None:
    custom = text_of(staff.get(f"{list_of(Role)}?role_type=custom"))
    built_in = text_of(staff.get(f"{list_of(Role)}?role_type=built-in"))

    assert "Pump reader" in custom
    assert "Tenant Viewer" not in custom
    assert "Pump reader" not in built_in
    assert "Tenant Viewer" in built_in
