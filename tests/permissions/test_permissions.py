"""The permission table: action x actor, checked cell by cell."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from clients_app.actors import Actor, ActorKind
from clients_app.audit.sentences import REFUSALS
from clients_app.errors import Forbidden, NotFound, ProofRequired
from clients_app.models import Client, ClientOwner, Person, Tenant
from clients_app.permissions import Action, allows, require
from clients_app.rules.built_in_roles import (
    BUILT_IN_ROLES,
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
)
from clients_app.rules.permissions import PERMISSIONS
from tests.actors import actor_for, machine_of
from tests.factories import make_client, make_person, make_role

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

# yes: may; own: may, but not to a privileged client; -: may not.
# The viewer, the owner and the machine are Tenant Members; the robot is a machine that carries
# Tenant Administrator. Staff acts as in the admin site, with all rights in every tenant. All are in
# the client's tenant; the owner is named on both clients.
TABLE: Final = """
action                   administrator viewer auditor rotator owner machine robot shell staff
client.read              yes           yes    yes     yes     yes   yes     yes   yes   yes
client.add               yes           -      -       -       -     -       yes   yes   yes
client.edit              yes           -      -       -       own   -       yes   yes   yes
client.urls.edit         yes           -      -       -       own   -       yes   yes   yes
client.disable           yes           -      -       -       -     -       yes   yes   yes
client.remove            yes           -      -       -       -     -       yes   yes   yes
client.restore           yes           -      -       -       -     -       yes   yes   yes
client.roles.assign      yes           -      -       -       -     -       yes   yes   yes
client.apis.assign       yes           -      -       -       -     -       yes   yes   yes
client.tokens.end        yes           -      -       -       -     -       yes   yes   yes
client.secret.read       yes           -      yes     yes     yes   -       yes   yes   yes
client.secret.add        yes           -      -       own     own   -       yes   yes   yes
client.secret.edit       yes           -      -       -       own   -       yes   yes   yes
client.secret.extend     yes           -      -       -       own   -       yes   yes   yes
client.secret.rotate     yes           -      -       own     own   -       yes   yes   yes
client.secret.remove     yes           -      -       own     own   -       yes   yes   yes
client.credential.add    yes           -      -       own     own   -       yes   yes   yes
client.credential.edit   yes           -      -       -       own   -       yes   yes   yes
client.credential.extend yes           -      -       -       own   -       yes   yes   yes
client.credential.remove yes           -      -       own     own   -       yes   yes   yes
role.read                yes           yes    yes     yes     yes   yes     yes   yes   yes
role.add                 yes           -      -       -       -     -       yes   yes   yes
role.edit                yes           -      -       -       -     -       yes   yes   yes
role.remove              yes           -      -       -       -     -       yes   yes   yes
api.read                 yes           yes    yes     yes     yes   yes     yes   yes   yes
api.add                  yes           -      -       -       -     -       yes   yes   yes
api.edit                 yes           -      -       -       -     -       yes   yes   yes
api.remove               yes           -      -       -       -     -       yes   yes   yes
activity.read            yes           -      yes     -       -     -       yes   yes   yes
activity.export          yes           -      yes     -       -     -       yes   yes   yes
people.read              yes           -      yes     -       -     -       yes   yes   yes
people.manage            yes           -      -       -       -     -       yes   yes   yes
notices.manage           yes           -      -       -       -     -       yes   yes   yes
channel.set              yes           -      -       -       -     -       yes   yes   yes
tenant.rename            yes           -      -       -       -     -       yes   yes   yes
policies.read            yes           -      -       -       -     -       yes   yes   yes
policies.set             yes           -      -       -       -     -       yes   yes   yes
keys.read                yes           -      yes     -       -     -       yes   yes   yes
own.password.set         yes           yes    yes     yes     yes   -       -     yes   yes
own.factor.set           yes           yes    yes     yes     yes   -       -     yes   yes
own.sessions.end         yes           yes    yes     yes     yes   -       -     yes   yes
own.calendar.set         yes           yes    yes     yes     yes   -       -     yes   yes
installation.manage      -             -      -       -       -     -       -     yes   yes
"""
COLUMNS, *ROWS = (line.split() for line in TABLE.split("\n") if line)
#: what people do without a proof of identity: reading, and what grants no power
NEEDS_NO_PROOF: Final = {
    *("client.read", "client.secret.read", "role.read", "activity.read", "policies.read"),
    *("keys.read", "api.read", "people.read"),
    *(
        "client.edit",
        "client.secret.edit",
        "client.credential.edit",
        "notices.manage",
        "tenant.rename",
    ),
}
ABOUT_A_CLIENT = [action for action in Action if action.startswith("client.")]


def test_action_has_a_row_here_and_in_the_permission_table() -> None:
    rows = [action for action, *_ in ROWS]
    assert sorted(rows) == sorted(Action)
    assert set(PERMISSIONS) == set(Action)
    assert set(Action) <= set(REFUSALS)  # a refused attempt at it is an event


@pytest.mark.parametrize("name", COLUMNS[1:])
def test_require_for_each_actor_follows_the_table(
    name: str, actor_named: Callable[[str], Actor], ordinary_client: Client, robot: Client
) -> None:
    actor, column = actor_named(name), COLUMNS.index(name)

    for action, *cells in ROWS:
        about = action in ABOUT_A_CLIENT and action != Action.ADD_CLIENT
        on_pump = _may(actor, Action(action), ordinary_client if about else None)
        on_robot = _may(actor, Action(action), robot if about else None)
        cell = {(True, True): "yes", (True, False): "own", (False, False): "-"}[on_pump, on_robot]
        assert (action, cell) == (action, cells[column - 1])


@pytest.mark.parametrize("action", Action)
def test_require_without_a_fresh_proof_asks_only_people(
    action: Action, actor_named: Callable[[str], Actor]
) -> None:
    staff = replace(actor_named("staff"), has_fresh_proof=bool)
    if action in NEEDS_NO_PROOF:
        require(staff, action)
    else:
        with pytest.raises(ProofRequired):
            require(staff, action)
    require(replace(staff, has_fresh_proof=lambda: True), action)
    require(replace(actor_named("shell"), has_fresh_proof=bool), action)


def test_require_never_asks_a_client_for_proof(actor_named: Callable[[str], Actor]) -> None:
    robot = actor_named("robot")
    for action in [one for one in Action if allows(robot, one)]:
        require(robot, action)


def test_require_without_permission_is_refused_before_asking_for_proof(
    actor_named: Callable[[str], Actor],
) -> None:
    viewer = replace(actor_named("viewer"), has_fresh_proof=bool)
    with pytest.raises(Forbidden, match="Only Tenant Administrators can add a client"):
        require(viewer, Action.ADD_CLIENT)


def _may(actor: Actor, action: Action, client: Client | None) -> bool:
    """Return what ``allows`` returns, after checking that ``require`` agrees."""
    allowed = allows(actor, action, client=client)
    if allowed:
        require(actor, action, client=client)
    else:
        with pytest.raises(Forbidden):
            require(actor, action, client=client)
    return allowed


@pytest.mark.parametrize("name", COLUMNS[1:])
def test_client_of_another_tenant_is_not_found(
    name: str, actor_named: Callable[[str], Actor], foreign_client: Client
) -> None:
    actor = actor_named(name)
    for action in ABOUT_A_CLIENT:
        assert not allows(actor, action, client=foreign_client)
        with pytest.raises(NotFound, match="There is no such client"):
            require(actor, action, client=foreign_client)


def test_client_list_of_a_stranger_is_empty(
    actor_named: Callable[[str], Actor], ordinary_client: Client, robot: Client
) -> None:
    zofia = actor_named("stranger")
    for client in (ordinary_client, robot):
        for action in ABOUT_A_CLIENT:
            with pytest.raises(NotFound):
                require(zofia, action, client=client)


def test_owner_from_another_tenant_stays_a_stranger(
    actor_named: Callable[[str], Actor], ordinary_client: Client, stranger: Person
) -> None:
    ClientOwner.objects.create(client=ordinary_client, person=stranger)
    with pytest.raises(NotFound):
        require(actor_named("stranger"), Action.EDIT_CLIENT, client=ordinary_client)


def test_owner_owns_only_the_client_that_names_them(
    actor_named: Callable[[str], Actor], tenant: Tenant
) -> None:
    olga, other = actor_named("owner"), make_client("Valve", tenant).client
    for action in [one for one in Action if PERMISSIONS[one].by_owner]:
        assert not allows(olga, action, client=other)
        assert not allows(olga, action)


def test_client_with_the_id_of_an_owner_owns_nothing(
    ordinary_client: Client, administrator: Person
) -> None:
    ClientOwner.objects.create(client=ordinary_client, person=administrator)
    machine = Actor(
        kind=ActorKind.CLIENT, tenant_id=ordinary_client.tenant_id, id=str(administrator.pk)
    )
    assert not allows(machine, Action.EDIT_CLIENT, client=ordinary_client)


def test_client_cannot_change_itself(robot: Client) -> None:
    itself = machine_of(robot)

    assert allows(itself, Action.READ_CLIENTS, client=robot)
    for action in set(ABOUT_A_CLIENT) - {Action.READ_CLIENTS, Action.ADD_CLIENT}:
        with pytest.raises(Forbidden):
            require(itself, action, client=robot)


def test_actor_without_roles_may_do_nothing(ordinary_client: Client) -> None:
    nobody = Actor(
        kind=ActorKind.CLIENT, tenant_id=ordinary_client.tenant_id, id=str(ordinary_client.pk)
    )
    assert not [action for action in Action if allows(nobody, action, client=ordinary_client)]


@pytest.mark.parametrize("role", BUILT_IN_ROLES, ids=lambda role: role.name)
def test_built_in_role_unmarked_only_reads(role: Any, tenant: Tenant) -> None:
    actor = actor_for(make_person("ann", tenant, role.role_type_id))
    may = {action for action in Action if allows(actor, action)}

    assert {Action.READ_CLIENTS, Action.READ_ROLES, Action.READ_APIS} <= may
    if role.role_type_id not in {TENANT_ADMINISTRATOR, TENANT_AUDITOR, SECRET_ROTATOR}:
        assert len(may) == 3 + len([action for action in Action if action.startswith("own.")])


def test_custom_role_gives_no_permission(tenant: Tenant) -> None:
    role = make_role("Tenant Administrator 2", tenant)
    client = make_client("a", tenant, role_ids=frozenset({role.pk})).client
    assert not allows(machine_of(client), Action.ADD_CLIENT)


def test_staff_have_no_extra_permissions_in_the_tenant(tenant: Tenant) -> None:
    stan = actor_for(make_person("stan", tenant, is_staff=True))
    assert not allows(replace(stan, is_staff=True), Action.ADD_CLIENT)
