"""`manage.py roles` and `tenants`: what they print, save and refuse."""

from uuid import UUID

import pytest

from clients_app.models import AuditEvent, Role, Tenant
from tests.factories import make_tenant
from tests.management.conftest import Run

VALID = "One-time link, valid for an hour, to choose a password:"


def test_tenants_add_prints_name_and_id(run: Run) -> None:
    ended = run("tenants", "add", "Herons Ltd")

    assert (ended.status, ended.error) == (0, "")
    said, id_ = ended.out.splitlines()
    assert said == "Tenant added: Herons Ltd"
    tenant = Tenant.objects.get(pk=UUID(id_.removeprefix("Id:").strip()))
    assert (tenant.name, tenant.roles.count()) == ("Herons Ltd", 7)


@pytest.mark.parametrize("name", ["", "T" * 201, "a\nb", "\udcff"])
def test_tenants_add_with_an_invalid_value_prints_one_sentence(run: Run, name: str) -> None:
    ended = run("tenants", "add", name)

    assert (ended.status, ended.out, ended.error.count("\n")) == (1, "", 1)
    assert ended.error.startswith("Enter ")
    assert not Tenant.objects.exists()


def test_tenants_edit_and_list_say_the_names(run: Run, tenant: Tenant) -> None:
    before = tenant.name
    assert _listed(run) == [f"{tenant.pk}  {before}"]

    ended = run("tenants", "edit", before, "--name", "Cranes & Sons")

    assert ended == (0, f"{before} is now named Cranes & Sons.\n", "")
    assert _listed(run) == [f"{tenant.pk}  Cranes & Sons"]
    event = AuditEvent.objects.get(action="tenant.renamed")
    assert (event.actor_kind, event.tenant_id) == ("command line", tenant.pk)
    assert run("tenants", "edit", before, "--name", "New").status == 1


def test_roles_add_prints_name_and_id(run: Run, tenant: Tenant) -> None:
    ended = run("roles", "add", "MyData.Role", "--description", "Reads MyData")

    assert (ended.status, ended.error) == (0, "")
    said, id_ = ended.out.splitlines()
    assert said == "Role added: MyData.Role"
    role = Role.objects.get(pk=UUID(id_.removeprefix("Id:").strip()))
    assert (role.name, role.description, role.tenant) == ("MyData.Role", "Reads MyData", tenant)


def test_roles_add_with_an_invalid_value_prints_one_sentence(run: Run, tenant: Tenant) -> None:
    taken = run("roles", "add", "tenant MEMBER")
    long = run("roles", "add", "R" * 61)
    make_tenant("Contoso")
    which = run("roles", "add", "MyData.Role")

    assert taken == (
        1,
        "",
        "There is a role named tenant MEMBER already. Enter another name.\n",
    )
    assert (long.status, long.out, long.error.count("\n")) == (1, "", 1)
    assert which == (1, "", "There is more than one tenant. Choose one with --tenant NAME.\n")
    assert Role.objects.count() == 14


def _listed(run: Run) -> list[str]:
    return run("tenants", "list").out.splitlines()[1:]
