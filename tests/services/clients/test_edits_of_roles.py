"""Roles and Owners of a client: who may change them, and what is refused."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from clients_app.actors import Actor
from clients_app.errors import Forbidden
from clients_app.models import Client, ClientOwner, Person, Tenant
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_MEMBER,
    TENANT_VIEWER,
)
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.clients.edits import assign_roles, edit_client
from clients_app.services.clients.owners import set_owners
from clients_app.services.secrets.kept import KeptSecrets
from tests.actors import actor_for
from tests.factories import make_client, make_person, make_role, make_tenant, role_ids
from tests.moments import NOW
from tests.refused_values import refused_at
from tests.services.clients.conftest import edit


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

    with refused_at("confirms_administrator"):
        edit(client, ClientDraft(name="Pump", role_ids=wanted), mara)
    draft = ClientDraft(name="Pump", role_ids=wanted, confirms_administrator=True)
    agreed = KeptSecrets(removes_others=True)
    by: dict[str, Any] = {"actor": mara, "now": NOW, "kept_secrets": agreed}
    assert edit_client(client, draft, expected_version=1, **by).roles.count() == 2
    assert (
        edit(client, ClientDraft(name="Pump 2", role_ids=wanted), mara, expected_version=2).version
        == 3
    )


@pytest.mark.parametrize("elsewhere", [True, False])
def test_assigning_a_role_of_another_tenant_is_refused(
    client: Client, mara: Actor, elsewhere: bool
) -> None:
    wanted = make_role("Theirs", make_tenant("Contoso")).pk if elsewhere else uuid4()

    with refused_at("roles"):
        assign_roles(
            client,
            frozenset({wanted}),
            confirms_administrator=False,
            expected_version=1,
            actor=mara,
            now=NOW,
        )
    assert client.roles.count() == 1


def test_assigning_roles_that_make_tokens_too_long_is_refused(client: Client, mara: Actor) -> None:
    roles = [make_role(f"{n:02}".ljust(60, "x"), client.tenant).pk for n in range(20)]
    by: dict[str, Any] = {"confirms_administrator": False, "actor": mara, "now": NOW}

    with refused_at("roles", "too many"):
        assign_roles(client, frozenset(roles), expected_version=1, **by)
    assert assign_roles(client, frozenset(roles[:19]), expected_version=1, **by).roles.count() == 20


def test_owners_must_be_at_most_20_people_of_the_tenant(
    client: Client, mara: Actor, stranger: Person
) -> None:
    people = [make_person(f"person {n}", client.tenant).pk for n in range(21)]

    for wrong in (frozenset(people), frozenset({stranger.pk}), frozenset({uuid4()})):
        with refused_at("owners"):
            set_owners(client, wrong, expected_version=1, actor=mara, now=NOW)
    set_owners(client, frozenset(people[:20]), expected_version=1, actor=mara, now=NOW)
    assert client.owners.count() == 20
