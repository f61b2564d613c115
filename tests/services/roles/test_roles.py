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
from clients_app.rules.role_claims import role_claims_bytes
from clients_app.selectors.clients.lists import client_page
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.services.roles.roles import add_role, edit_role, remove_role
from tests.actors import actor_for, command_line_in
from tests.factories import insert_clients, make_client, make_role, make_tenant, role_id
from tests.moments import NOW
from tests.refused_values import refused_at

THOUSANDS = 3000


def test_new_tenant_has_each_built_in_role_once(tenant: Tenant) -> None:
    assert {role.role_type_id for role in Role.objects.for_tenant(tenant.pk)} == {
        role.role_type_id for role in BUILT_IN_ROLES
    }
    assert Role.objects.for_tenant(tenant.pk).count() == len(BUILT_IN_ROLES) == 7


@pytest.mark.parametrize(
    ("name", "description"), [("R", ""), ("R" * 60, "d" * 200), ("ﬃ" * 60, "")]
)
def test_add_role_at_the_limits_works(tenant: Tenant, name: str, description: str) -> None:
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
def test_add_role_over_the_limits_is_refused(
    tenant: Tenant, name: str, description: str, field: str
) -> None:
    with refused_at(field):
        add_role(name, description=description, actor=command_line_in(tenant), now=NOW)

    assert not Role.objects.filter(role_type_id=TENANT_CUSTOM).exists()


@pytest.mark.parametrize("name", ["mydata.ROLE", " MyData.Role ", "TENANT member"])
def test_add_role_with_a_name_that_differs_in_case_is_refused(tenant: Tenant, name: str) -> None:
    make_role("MyData.Role", tenant)

    with pytest.raises(Conflict) as refusal:
        make_role(name, tenant)
    assert refusal.value.field == "name"
    assert make_role("MyData.Role", make_tenant("Contoso")).pk


def test_add_role_without_permission_is_refused(tenant: Tenant, colleague: Person) -> None:
    with pytest.raises(Forbidden):
        add_role("a", description="", actor=actor_for(colleague), now=NOW)


def test_renamed_role_keeps_its_id_and_holders(tenant: Tenant) -> None:
    role = make_role("Old", tenant)
    client = make_client("a", tenant, role_ids=frozenset({role.pk})).client
    actor = command_line_in(tenant)

    edit_role(role.pk, name="old", description="lower case", actor=actor, now=NOW)

    assert "old" in [held.name for held in roles_of_client(client)]
    with pytest.raises(Conflict):
        edit_role(role.pk, name="tenant viewer", description="", actor=actor, now=NOW)


def test_renamed_role_moves_its_clients_in_the_list(tenant: Tenant) -> None:
    blue, green = make_role("Blue", tenant), make_role("Green", tenant)
    pumps, valves = (
        make_client(name, tenant, role_ids=frozenset({role.pk})).client
        for name, role in (("Pumps", blue), ("Valves", green))
    )

    edit_role(green.pk, name="Azure", description="", actor=command_line_in(tenant), now=NOW)

    listed = client_page(
        tenant.pk, client_type="client-credentials", sort="roles", page=1, now=NOW
    ).clients
    assert list(listed) == [valves, pumps]


def test_edit_of_an_old_version_is_a_conflict(tenant: Tenant) -> None:
    role = make_role("Old", tenant)
    edit = {"description": "", "actor": command_line_in(tenant), "now": NOW}
    for _ in range(2):  # sent twice, applied once
        theirs = edit_role(role.pk, name="Theirs", expected_version=role.version, **edit)
    assert AuditEvent.objects.filter(action="role.edited").count() == 1

    with pytest.raises(ChangedMeanwhile):
        edit_role(role.pk, name="Mine", expected_version=role.version, **edit)
    assert Role.objects.get(pk=role.pk).name == "Theirs"
    edit_role(role.pk, name="Mine", expected_version=theirs.version, **edit)
    assert Role.objects.get(pk=role.pk).name == "Mine"


def test_edit_with_a_name_that_makes_tokens_too_long_is_refused(tenant: Tenant) -> None:
    roles = [make_role(f"{n:02}".ljust(60, "x"), tenant).pk for n in range(19)]
    short = make_role("short", tenant)
    make_client("a", tenant, role_ids=frozenset({*roles, short.pk}))
    edit: dict[str, Any] = {"description": "", "actor": command_line_in(tenant), "now": NOW}

    with refused_at("name", "shorter name"):
        edit_role(short.pk, name="x" * 60, **edit)
    assert Role.objects.get(pk=short.pk).name == "short"
    assert edit_role(short.pk, name="shorter", **edit)
    assert edit_role(make_role("of nobody", tenant).pk, name="y" * 60, **edit)


def test_edit_with_a_name_that_fills_tokens_exactly_is_accepted(tenant: Tenant) -> None:
    """2048 bytes of names and ids of roles, not one more."""
    names = [f"{n:02}".ljust(60, "x") for n in range(19)]
    short = make_role("s", tenant)
    roles = {make_role(name, tenant).pk for name in names}
    client = make_client("a", tenant, role_ids=frozenset({*roles, short.pk})).client
    edit: dict[str, Any] = {"description": "", "actor": command_line_in(tenant), "now": NOW}
    held = [role.name for role in client.roles.all()]
    room = 2048 - role_claims_bytes(held)

    with pytest.raises(RuleBroken, match="shorter name"):
        edit_role(short.pk, name="s" * (room + 2), **edit)
    assert edit_role(short.pk, name="s" * (room + 1), **edit)


def test_removed_role_is_taken_from_all_holders_and_counted(tenant: Tenant) -> None:
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


def test_role_of_thousands_of_clients_loads_none_of_them(tenant: Tenant) -> None:
    role, other = make_role("A", tenant), make_role("B", tenant)
    clients = insert_clients((f"c{n}" for n in range(THOUSANDS)), tenant)
    ClientRole.objects.bulk_create(
        ClientRole(client=client, role=held) for client in clients for held in (role, other)
    )
    Client.objects.update(first_role_key=role.name_key)
    with connection.cursor() as cursor:  # otherwise PostgreSQL may plan for empty tables
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


def test_built_in_role_cannot_be_edited_or_removed(tenant: Tenant) -> None:
    member = role_id(tenant, TENANT_MEMBER)
    actor = command_line_in(tenant)

    with pytest.raises(RuleBroken):
        edit_role(member, name="Everyone", description="", actor=actor, now=NOW)
    with pytest.raises(RuleBroken):
        remove_role(member, actor=actor, now=NOW)
    assert Role.objects.get(pk=member).name == "Tenant Member"


def test_role_of_another_tenant_is_not_found(tenant: Tenant, stranger: Person) -> None:
    role = make_role("Ours", tenant)
    zofia = actor_for(stranger)

    with pytest.raises(NotFound):
        edit_role(role.pk, name="Theirs", description="", actor=zofia, now=NOW)
    with pytest.raises(NotFound):
        remove_role(role.pk, actor=zofia, now=NOW)
    assert Role.objects.filter(pk=role.pk, name="Ours").exists()
