"""Roles of a tenant: the built-in ones, and custom ones with their limits."""

import json
import tracemalloc
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.errors import ChangedMeanwhile, Conflict, Forbidden, NotFound, RuleBroken
from clients_app.models import AuditEvent, Client, ClientRole, Person, Role, Tenant
from clients_app.rules.built_in_roles import BUILT_IN_ROLES, TENANT_CUSTOM, TENANT_MEMBER
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from tests.factories import (
    NOW,
    actor_for,
    command_line_in,
    insert_clients,
    make_client,
    make_role,
    make_tenant,
    role_id,
)

THOUSANDS = 3000


def test_a_new_tenant_has_the_built_in_roles_once(tenant: Tenant) -> None:
    assert {role.role_type_id for role in Role.objects.for_tenant(tenant.pk)} == {
        role.role_type_id for role in BUILT_IN_ROLES
    }
    assert Role.objects.for_tenant(tenant.pk).count() == len(BUILT_IN_ROLES) == 7


@pytest.mark.parametrize(
    ("name", "description"), [("R", ""), ("R" * 60, "d" * 200), ("ﬃ" * 60, "")]
)
def test_up_to_the_limits_a_role_is_added(tenant: Tenant, name: str, description: str) -> None:
    role = add_role(name, description=description, actor=command_line_in(tenant), now=NOW)

    row = Role.objects.get(pk=role.pk)
    assert (row.name, row.description, row.role_type_id) == (name, description, TENANT_CUSTOM)


@pytest.mark.parametrize(
    ("name", "description", "field"),
    [
        ("", "", "name"),
        ("R" * 61, "", "name"),
        ("a\nb", "", "name"),
        ("a", "d" * 201, "description"),
    ],
)
def test_beyond_the_limits_none_is(tenant: Tenant, name: str, description: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        add_role(name, description=description, actor=command_line_in(tenant), now=NOW)

    assert refusal.value.field == field
    assert not Role.objects.filter(role_type_id=TENANT_CUSTOM).exists()


@pytest.mark.parametrize("name", ["mydata.ROLE", " MyData.Role ", "TENANT member"])
def test_role_name_is_taken_ignoring_case(tenant: Tenant, name: str) -> None:
    make_role("MyData.Role", tenant)

    with pytest.raises(Conflict) as refusal:
        make_role(name, tenant)
    assert refusal.value.field == "name"
    assert make_role("MyData.Role", make_tenant("Contoso")).pk


def test_who_may_not_add_a_role(tenant: Tenant, colleague: Person) -> None:
    with pytest.raises(Forbidden):
        add_role("a", description="", actor=actor_for(colleague), now=NOW)


def test_renaming_keeps_the_id_and_who_carries_it(tenant: Tenant) -> None:
    role = make_role("Old", tenant)
    client = make_client("a", tenant, role_ids=frozenset({role.pk})).client
    actor = command_line_in(tenant)

    edit_role(role.pk, name="old", description="lower case", actor=actor, now=NOW)

    assert "old" in [held.name for held in roles_of_client(client)]
    with pytest.raises(Conflict):
        edit_role(role.pk, name="tenant viewer", description="", actor=actor, now=NOW)


def test_what_someone_else_made_of_a_role_is_not_overwritten(tenant: Tenant) -> None:
    role = make_role("Old", tenant)
    edit = {"description": "", "actor": command_line_in(tenant), "now": NOW}
    for _ in range(2):  # sent twice, it is one
        theirs = edit_role(role.pk, name="Theirs", expected_version=role.version, **edit)
    assert AuditEvent.objects.filter(action="role.edited").count() == 1

    with pytest.raises(ChangedMeanwhile):
        edit_role(role.pk, name="Mine", expected_version=role.version, **edit)
    assert Role.objects.get(pk=role.pk).name == "Theirs"
    edit_role(role.pk, name="Mine", expected_version=theirs.version, **edit)
    assert Role.objects.get(pk=role.pk).name == "Mine"


def test_a_longer_name_that_makes_tokens_too_long_is_refused(tenant: Tenant) -> None:
    roles = [make_role(f"{n:02}".ljust(60, "x"), tenant).pk for n in range(19)]
    short = make_role("short", tenant)
    make_client("a", tenant, role_ids=frozenset({*roles, short.pk}))
    edit: dict[str, Any] = {"description": "", "actor": command_line_in(tenant), "now": NOW}

    with pytest.raises(RuleBroken, match="shorter name") as refusal:
        edit_role(short.pk, name="x" * 60, **edit)
    assert refusal.value.field == "name"
    assert Role.objects.get(pk=short.pk).name == "short"
    assert edit_role(short.pk, name="shorter", **edit)
    assert edit_role(make_role("of nobody", tenant).pk, name="y" * 60, **edit)


def test_removing_takes_the_role_from_all_and_tells_from_how_many(tenant: Tenant) -> None:
    role = make_role("Old", tenant)
    client = make_client("a", tenant, role_ids=frozenset({role.pk})).client

    remove_role(role.pk, actor=command_line_in(tenant), now=NOW)

    assert [held.name for held in roles_of_client(client)] == ["Tenant Member"]
    event = AuditEvent.objects.get(action="role.removed")
    assert json.loads(event.canonical)["before"] == {
        "name": "Old",
        "description": "",
        "clients": 1,
        "people": 0,
    }
    assert make_role("Old", tenant).pk != role.pk


def test_thousands_carry_a_role_and_none_of_them_is_loaded(tenant: Tenant) -> None:
    role, other = make_role("A", tenant), make_role("B", tenant)
    clients = insert_clients((f"c{n}" for n in range(THOUSANDS)), tenant)
    ClientRole.objects.bulk_create(
        ClientRole(client=client, role=held) for client in clients for held in (role, other)
    )
    Client.objects.update(first_role_key=role.name_key)
    with connection.cursor() as cursor:  # PostgreSQL may still believe that the tables are empty
        cursor.execute("ANALYZE clients_app_client")
        cursor.execute("ANALYZE clients_app_clientrole")
    actor = command_line_in(tenant)

    with CaptureQueriesContext(connection) as queries:
        edit_role(role.pk, name="Z, longer", description="", actor=actor, now=NOW)
        assert set(Client.objects.values_list("first_role_key", flat=True)) == {"b"}
        tracemalloc.start()
        remove_role(other.pk, actor=actor, now=NOW)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert len(queries) <= 30
    assert peak < 100 * THOUSANDS, "less than an id for each"
    assert set(Client.objects.values_list("first_role_key", flat=True)) == {"z, longer"}
    event = AuditEvent.objects.get(action="role.removed")
    assert json.loads(event.canonical)["before"]["clients"] == THOUSANDS
    assert len(event.canonical) < 1000


def test_a_built_in_role_is_neither_edited_nor_removed(tenant: Tenant) -> None:
    member = role_id(tenant, TENANT_MEMBER)
    actor = command_line_in(tenant)

    with pytest.raises(RuleBroken):
        edit_role(member, name="Everyone", description="", actor=actor, now=NOW)
    with pytest.raises(RuleBroken):
        remove_role(member, actor=actor, now=NOW)
    assert Role.objects.get(pk=member).name == "Tenant Member"


def test_a_role_of_another_tenant_is_not_found(tenant: Tenant, stranger: Person) -> None:
    role = make_role("Ours", tenant)
    zofia = actor_for(stranger)

    with pytest.raises(NotFound):
        edit_role(role.pk, name="Theirs", description="", actor=zofia, now=NOW)
    with pytest.raises(NotFound):
        remove_role(role.pk, actor=zofia, now=NOW)
    assert Role.objects.filter(pk=role.pk, name="Ours").exists()
