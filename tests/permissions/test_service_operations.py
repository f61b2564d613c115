"""Every operation of the services x every actor of the permission table x both tenants.

An operation without a row here fails. ROL-5 to ROL-7, TEN-1.
"""

from collections.abc import Callable
from typing import Final

import pytest
from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import Forbidden, NotFound, PortalError, RuleBroken
from clients_app.models import Client, ClientOwner, Person, Role, Tenant
from clients_app.permissions import Action
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import edit_client
from tests.audit.operations import OPERATIONS
from tests.audit.subjects import Subjects, make_subjects
from tests.factories import role_id
from tests.moments import NOW
from tests.permissions.test_permissions import COLUMNS, ROWS

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

#: operation -> the permission that it needs
NEEDS: Final = {
    "register_client": Action.ADD_CLIENT,
    "edit_client": Action.EDIT_CLIENT,
    "assign_roles": Action.ASSIGN_ROLES,
    "set_enabled": Action.DISABLE_CLIENT,
    "set_owners": Action.ASSIGN_ROLES,
    "enable_all": Action.DISABLE_CLIENT,
    "tag_all": Action.EDIT_CLIENT,
    "add_owners": Action.ASSIGN_ROLES,
    "change_roles": Action.ASSIGN_ROLES,
    "remove_all": Action.REMOVE_CLIENT,
    "export_clients": Action.READ_CLIENTS,
    "record_export": Action.READ_CLIENTS,
    "apply_document": Action.ADD_ROLE,
    "remove_client": Action.REMOVE_CLIENT,
    "restore_client": Action.RESTORE_CLIENT,
    "add_secret": Action.ADD_SECRET,
    "edit_secret": Action.EDIT_SECRET,
    "rotate_secret": Action.ROTATE_SECRET,
    **dict.fromkeys(("remove_secret", "end_secrets"), Action.REMOVE_SECRET),
    **dict.fromkeys(("add_keys", "rotate_key"), Action.ADD_CREDENTIAL),
    "edit_key": Action.EDIT_CREDENTIAL,
    "set_assertion_rules": Action.EXTEND_CREDENTIAL,
    "remove_key": Action.REMOVE_CREDENTIAL,
    "add_identity": Action.ADD_CREDENTIAL,
    "edit_identity": Action.EXTEND_CREDENTIAL,
    "remove_identity": Action.REMOVE_CREDENTIAL,
    "end_tokens": Action.END_TOKENS,
    "set_may_call": Action.ASSIGN_APIS,
    "remove_unused": Action.ASSIGN_APIS,
    "add_api": Action.ADD_API,
    "edit_api": Action.EDIT_API,
    "remove_api": Action.REMOVE_API,
    "set_introspectors": Action.EDIT_API,
    "add_role": Action.ADD_ROLE,
    "edit_role": Action.EDIT_ROLE,
    "remove_role": Action.REMOVE_ROLE,
    "add_person": Action.MANAGE_PEOPLE,
    "assign_person_roles": Action.MANAGE_PEOPLE,
    "set_active": Action.MANAGE_PEOPLE,
    "hand_over": Action.MANAGE_PEOPLE,
    **dict.fromkeys(("invite_person", "renew_invitation"), Action.MANAGE_PEOPLE),
    **dict.fromkeys(("withdraw_invitation", "edit_person", "send_link"), Action.MANAGE_PEOPLE),
    "remove_factor": Action.MANAGE_PEOPLE,
    "end_sessions": Action.MANAGE_PEOPLE,
    "link_account": Action.MANAGE_PEOPLE,
    "unlink_accounts": Action.MANAGE_PEOPLE,
    "make_one_time_link": Action.MANAGE_PEOPLE,
    "set_channel": Action.SET_CHANNEL,
    "renew_secret": Action.SET_CHANNEL,
    "remove_channel": Action.SET_CHANNEL,
    "send_test": Action.MANAGE_NOTICES,
    "retry": Action.MANAGE_NOTICES,
    "mute_alerts": Action.MANAGE_NOTICES,
    "rename_tenant": Action.RENAME_TENANT,
    "set_policies": Action.SET_POLICIES,
    "export_activity": Action.EXPORT_ACTIVITY,
    "rotate_keys": Action.MANAGE_INSTALLATION,
    "revoke_keys": Action.MANAGE_INSTALLATION,
    "reencrypt_keys": Action.MANAGE_INSTALLATION,
    "seal_segment": Action.MANAGE_INSTALLATION,
}
#: operations on one's own account, records of the doors, and what only the command line can do
OWN: Final = {
    *("save_password", "record_sign_in", "record_sign_out", "record_proof"),
    *("create_feed", "remove_feed", "grant", "withdraw"),
    *("add_authenticator", "renew_recovery_codes", "remove_app"),
    *("add_passkey", "rename_passkey", "remove_passkey"),
    "add_tenant",
}
#: operations on nothing that exists: a person of another tenant does them in that tenant
IN_THEIR_TENANT: Final = {
    *("register_client", "add_role", "add_api", "add_person", "invite_person", "set_channel"),
    *("set_policies", "mute_alerts", "export_activity", "export_clients"),
    *("record_export", "apply_document"),
}
#: operations on several clients: those of another tenant are skipped like unknown ones
SKIPPED: Final = {"enable_all", "tag_all", "change_roles", "remove_all"}
CELLS: Final = {action: dict(zip(COLUMNS[1:], cells, strict=True)) for action, *cells in ROWS}


@pytest.fixture
def subjects(tenant: Tenant) -> Subjects:
    return make_subjects(tenant)


def refusal(operation: str, subjects: Subjects, actor: Actor) -> type[PortalError] | None:
    """Return the error with which the operation was refused, if any; always roll back."""
    with transaction.atomic():
        try:
            OPERATIONS[operation](subjects._replace(actor=actor))
        except (Forbidden, NotFound, RuleBroken) as error:
            return type(error)
        finally:
            transaction.set_rollback(True)
    return None


def test_service_operation_has_a_row_here() -> None:
    assert set(NEEDS) | OWN == set(OPERATIONS)


@pytest.mark.parametrize("name", COLUMNS[1:])
def test_service_operation_by_each_actor_follows_the_table(
    name: str, actor_named: Callable[[str], Actor], subjects: Subjects
) -> None:
    actor = actor_named(name)
    if name == "owner":
        for client in (subjects.client, subjects.removed):
            ClientOwner.objects.create(client=client, person_id=actor.id)

    for operation, action in NEEDS.items():
        expected = Forbidden if CELLS[action][name] == "-" else None
        assert (operation, refusal(operation, subjects, actor)) == (operation, expected)


def test_service_operation_by_a_stranger_is_refused(
    actor_named: Callable[[str], Actor], subjects: Subjects
) -> None:
    zofia = actor_named("stranger")
    for operation, action in NEEDS.items():
        expected: object = NotFound
        if action == Action.MANAGE_INSTALLATION:
            expected = Forbidden
        elif operation in IN_THEIR_TENANT | SKIPPED:
            expected = None
        elif operation == "add_owners":
            expected = RuleBroken  # people of this tenant do not exist for the stranger
        assert (operation, refusal(operation, subjects, zofia)) == (operation, expected)


@pytest.fixture
def tenant_administrators_client(tenant: Tenant) -> Role:
    return Role.objects.for_tenant(tenant.pk).get(role_type_id=TENANT_ADMINISTRATOR)


@pytest.mark.both_databases
@pytest.mark.parametrize("confirms", [True, False])
def test_edit_roles_by_an_owner_is_refused(
    actor_named: Callable[[str], Actor],
    ordinary_client: Client,
    tenant_administrators_client: Role,
    confirms: bool,
) -> None:
    """ROL-5: an Owner is refused before the second tick is even mentioned."""
    olga = actor_named("owner")
    member = ordinary_client.roles.first()
    assert member is None or member.is_administrator is False
    draft = ClientDraft(
        name="Mill",
        role_ids=frozenset({tenant_administrators_client.pk}),
        confirms_administrator=confirms,
    )

    with pytest.raises(Forbidden):
        edit_client(ordinary_client, draft, expected_version=1, actor=olga, now=NOW)

    assert not ordinary_client.roles.filter(pk=tenant_administrators_client.pk).exists()


def test_set_owners_by_a_non_administrator_is_refused(
    actor_named: Callable[[str], Actor], subjects: Subjects, administrator: Person
) -> None:
    for name in ("viewer", "auditor", "rotator", "machine"):
        assert refusal("set_owners", subjects, actor_named(name)) is Forbidden


@pytest.mark.parametrize("name", ["rotator", "owner"])
@pytest.mark.parametrize("operation", ["add_secret", "rotate_secret", "edit_secret", "edit_client"])
def test_secret_of_a_tenant_administrator_needs_equal_permissions(
    name: str,
    operation: str,
    actor_named: Callable[[str], Actor],
    subjects: Subjects,
    tenant: Tenant,
) -> None:
    """ROL-5: adding a secret to a client with more permissions would take it over."""
    actor = actor_named(name)
    if name == "owner":
        ClientOwner.objects.create(client=subjects.client, person_id=actor.id)
    subjects.client.roles.add(role_id(tenant, TENANT_ADMINISTRATOR))

    assert refusal(operation, subjects, actor) is Forbidden
