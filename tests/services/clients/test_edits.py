"""Edits of a client: its fields, roles and Owners, and who may make them."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from clients_app.actors import Actor
from clients_app.errors import Conflict, Forbidden, NotFound, RuleBroken
from clients_app.models import AuditEvent, Client, ClientOwner, Person, Tenant
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_MEMBER,
    TENANT_VIEWER,
)
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.clients.edits import (
    assign_roles,
    edit_client,
    set_enabled,
    set_owners,
)
from tests.factories import (
    NOW,
    SECOND,
    actor_for,
    command_line_in,
    insert_clients,
    make_client,
    make_person,
    make_role,
    make_tenant,
    role_ids,
)

LATER = NOW + SECOND


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant, tags=("north",)).client


@pytest.fixture
def mara(administrator: Person) -> Actor:
    return actor_for(administrator)


def edit(client: Client, draft: ClientDraft, actor: Actor, expected_version: int = 1) -> Client:
    return edit_client(client, draft, expected_version=expected_version, actor=actor, now=LATER)


def test_edit_of_each_field_is_saved_and_recorded(client: Client, mara: Actor) -> None:
    draft = ClientDraft(name="Pump 2", token_lifetime_s=60, description="d", tags=("South", "a"))
    edit(client, draft, mara)

    row = Client.objects.get()
    assert (row.name, row.name_key, row.token_lifetime_s, row.description) == (
        "Pump 2",
        "pump 2",
        60,
        "d",
    )
    assert [tag.name for tag in row.tags.all()] == ["South", "a"]
    assert (row.version, row.updated_at, row.updated_by) == (2, LATER, "mara")
    canonical = AuditEvent.objects.get(action="client.edited").canonical
    assert '"token_lifetime_s":3600' in canonical
    assert '"token_lifetime_s":60' in canonical
    assert "contact" not in canonical  # it did not change


def test_edit_without_changes_records_nothing(client: Client, mara: Actor) -> None:
    edit(client, draft_of(client), mara)

    assert Client.objects.get().version == 1
    assert not AuditEvent.objects.filter(action="client.edited").exists()


def test_edit_of_an_old_version_is_a_conflict(client: Client, mara: Actor) -> None:
    edit(client, ClientDraft(name="first"), mara)

    with pytest.raises(Conflict, match="mara changed this") as refusal:
        edit(client, ClientDraft(name="second"), mara)
    assert refusal.value.field is None
    assert Client.objects.get().name == "first"


def test_edit_sent_twice_is_applied_once(client: Client, mara: Actor) -> None:
    viewer = role_ids(client.tenant, TENANT_VIEWER)
    owner = frozenset({make_person("owner", client.tenant).pk})
    given = {"confirms_administrator": False, "actor": mara, "now": NOW}

    for _ in range(2):
        edit(client, ClientDraft(name="first", tags=("south",)), mara)
    assert Client.objects.get().version == 2
    for _ in range(2):
        assign_roles(client, viewer, expected_version=2, **given)
    assert Client.objects.get().version == 3
    for _ in range(2):
        set_owners(client, owner, expected_version=3, actor=mara, now=NOW)
    assert Client.objects.get().version == 4
    for stale in (frozenset(), role_ids(client.tenant, SECRET_ROTATOR)):
        with pytest.raises(Conflict):
            assign_roles(client, stale, expected_version=2, **given)
    with pytest.raises(Conflict):
        set_owners(client, frozenset(), expected_version=3, actor=mara, now=NOW)


def test_edit_may_change_the_case_of_the_clients_own_name(client: Client, mara: Actor) -> None:
    insert_clients(["Valve"], client.tenant)

    assert edit(client, ClientDraft(name="PUMP"), mara).name == "PUMP"
    with pytest.raises(Conflict) as refusal:
        edit(client, ClientDraft(name="VALVE"), mara, expected_version=2)
    assert refusal.value.field == "name"


def test_edit_never_removes_tenant_member(client: Client, mara: Actor) -> None:
    edit(client, replace(draft_of(client), role_ids=frozenset()), mara)
    assign_roles(
        client, frozenset(), confirms_administrator=False, expected_version=1, actor=mara, now=NOW
    )

    assert [role.role_type_id for role in client.roles.all()] == [TENANT_MEMBER]


def test_edit_with_another_client_type_changes_neither_type_nor_roles(
    client: Client, mara: Actor
) -> None:
    draft = ClientDraft(name="Pump 2", client_type="authorization-code")
    edited = edit(client, draft, mara)

    assert edited.client_type == "client-credentials"
    assert [role.role_type_id for role in edited.roles.all()] == [TENANT_MEMBER]


def test_owner_can_edit_but_not_assign_roles(client: Client) -> None:
    olga = make_person("olga", client.tenant)
    ClientOwner.objects.create(client=client, person=olga)
    wanted = role_ids(client.tenant, TENANT_VIEWER)

    edit(client, ClientDraft(name="Olga's pump"), actor_for(olga))
    with pytest.raises(Forbidden):
        edit(
            client,
            ClientDraft(name="Olga's pump", role_ids=wanted),
            actor_for(olga),
            expected_version=2,
        )
    with pytest.raises(Forbidden):
        assign_roles(
            client,
            wanted,
            confirms_administrator=False,
            expected_version=2,
            actor=actor_for(olga),
            now=NOW,
        )
    assert [role.name for role in roles_of_client(client)] == ["Tenant Member"]


def test_edit_of_an_administrator_client_needs_an_administrator(tenant: Tenant) -> None:
    robot = make_client("Robot", tenant, TENANT_ADMINISTRATOR).client
    olga = make_person("olga", tenant, SECRET_ROTATOR)
    ClientOwner.objects.create(client=robot, person=olga)

    with pytest.raises(Forbidden):
        edit(robot, ClientDraft(name="Mine"), actor_for(olga))
    assert Client.objects.get().name == "Robot"


def test_assigning_administrator_needs_confirmation_once(client: Client, mara: Actor) -> None:
    wanted = role_ids(client.tenant, TENANT_ADMINISTRATOR)

    with pytest.raises(RuleBroken) as refusal:
        edit(client, ClientDraft(name="Pump", role_ids=wanted), mara)
    assert refusal.value.field == "confirms_administrator"
    draft = ClientDraft(name="Pump", role_ids=wanted, confirms_administrator=True)
    assert edit(client, draft, mara).roles.count() == 2
    assert (
        edit(client, ClientDraft(name="Pump 2", role_ids=wanted), mara, expected_version=2).version
        == 3
    )


@pytest.mark.parametrize("elsewhere", [True, False])
def test_assigning_a_role_of_another_tenant_is_refused(
    client: Client, mara: Actor, elsewhere: bool
) -> None:
    wanted = make_role("Theirs", make_tenant("Contoso")).pk if elsewhere else uuid4()

    with pytest.raises(RuleBroken) as refusal:
        assign_roles(
            client,
            frozenset({wanted}),
            confirms_administrator=False,
            expected_version=1,
            actor=mara,
            now=NOW,
        )
    assert refusal.value.field == "roles"
    assert client.roles.count() == 1


def test_assigning_roles_that_make_tokens_too_long_is_refused(client: Client, mara: Actor) -> None:
    roles = [make_role(f"{n:02}".ljust(60, "x"), client.tenant).pk for n in range(20)]
    by: dict[str, Any] = {"confirms_administrator": False, "actor": mara, "now": NOW}

    with pytest.raises(RuleBroken, match="too many") as refusal:
        assign_roles(client, frozenset(roles), expected_version=1, **by)
    assert refusal.value.field == "roles"
    assert assign_roles(client, frozenset(roles[:19]), expected_version=1, **by).roles.count() == 20


def test_disabling_twice_records_one_event(client: Client, mara: Actor) -> None:
    for _ in range(2):
        assert not set_enabled(client, enabled=False, actor=mara, now=NOW).is_enabled
    assert AuditEvent.objects.filter(action="client.disabled").count() == 1
    assert set_enabled(client, enabled=True, actor=mara, now=NOW).is_enabled


def test_stranger_does_not_find_the_client(client: Client, stranger: Person) -> None:
    zofia = actor_for(stranger)
    operations = (
        lambda: edit(client, ClientDraft(name="Mine"), zofia),
        lambda: set_enabled(client, enabled=False, actor=zofia, now=NOW),
        lambda: set_owners(
            client, frozenset({stranger.pk}), expected_version=1, actor=zofia, now=NOW
        ),
        lambda: assign_roles(
            client,
            frozenset(),
            confirms_administrator=False,
            expected_version=1,
            actor=zofia,
            now=NOW,
        ),
    )
    for operation in operations:
        with pytest.raises(NotFound):
            operation()
    assert Client.objects.get().version == 1


def test_owners_must_be_at_most_20_people_of_the_tenant(
    client: Client, mara: Actor, stranger: Person
) -> None:
    people = [make_person(f"person {n}", client.tenant).pk for n in range(21)]

    for wrong in (frozenset(people), frozenset({stranger.pk}), frozenset({uuid4()})):
        with pytest.raises(RuleBroken) as refusal:
            set_owners(client, wrong, expected_version=1, actor=mara, now=NOW)
        assert refusal.value.field == "owners"
    set_owners(client, frozenset(people[:20]), expected_version=1, actor=mara, now=NOW)
    assert client.owners.count() == 20


def test_edit_of_a_removed_client_is_not_found(client: Client) -> None:
    Client.objects.update(removed_at=NOW)

    with pytest.raises(NotFound):
        edit(client, ClientDraft(name="a"), command_line_in(client.tenant))
