"""Concurrent processes: edits and removals are not lost, and one administrator stays."""

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import edit_client
from clients_app.services.people.accounts import assign_person_roles, set_active
from clients_app.services.roles.roles import edit_role
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from tests.actors import command_line_in
from tests.factories import insert_clients, insert_secrets, make_person, make_role
from tests.faults.conftest import errors, run_concurrently
from tests.moments import NOW


def test_concurrent_renames_to_the_same_name_change_one(committed_tenant: Tenant) -> None:
    clients = insert_clients(["Pump 1", "Pump 2", "Pump 3"], committed_tenant)

    outcomes = run_concurrently(
        3,
        lambda n: (
            edit_client(
                clients[n],
                ClientDraft(name="Pump"),
                expected_version=1,
                actor=command_line_in(committed_tenant),
                now=NOW,
            )
            and None
        ),
    )

    assert errors(outcomes) == {"": 1, "Conflict": 2}


def test_concurrent_edits_of_a_client_save_one(committed_tenant: Tenant) -> None:
    """CLI-16: the others get a conflict."""
    client = insert_clients(["Pump"], committed_tenant)[0]
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        4,
        lambda n: (
            edit_client(
                client, ClientDraft(name=f"Pump {n}"), expected_version=1, actor=actor, now=NOW
            )
            and None
        ),
    )

    assert errors(outcomes) == {"": 1, "ChangedMeanwhile": 3}
    assert Client.objects.get().version == 2


def test_concurrent_edits_of_a_secret_save_one(committed_tenant: Tenant) -> None:
    client = insert_clients(["Pump"], committed_tenant)[0]
    secret = insert_secrets(client, 1)[0]
    by = {
        "actor": command_line_in(committed_tenant),
        "now": NOW,
        "expected_version": secret.version,
    }

    outcomes = run_concurrently(
        4,
        lambda n: (
            edit_secret(client, secret.pk, SecretDraft(description=f"{n}", expires_at=None), **by)
            and None
        ),
    )

    assert errors(outcomes) == {"": 1, "ChangedMeanwhile": 3}
    assert AuditEvent.objects.filter(action="client.secret.edited").count() == 1


def test_concurrent_edits_of_a_role_save_one(committed_tenant: Tenant) -> None:
    role = make_role("MyData", committed_tenant)
    by = {"actor": command_line_in(committed_tenant), "now": NOW, "expected_version": role.version}

    outcomes = run_concurrently(
        4, lambda n: edit_role(role.pk, name=f"MyData {n}", description="", **by) and None
    )

    assert errors(outcomes) == {"": 1, "ChangedMeanwhile": 3}
    assert AuditEvent.objects.filter(action="role.edited").count() == 1


def test_concurrent_removals_of_a_secret_remove_it_once(committed_tenant: Tenant) -> None:
    client = insert_clients(["Pump"], committed_tenant)[0]
    secret = insert_secrets(client, 1)[0]
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        5, lambda _: remove_secret(client, secret.pk, actor=actor, now=NOW) and None
    )

    assert errors(outcomes) == {"": 1, "NotFound": 4}
    assert AuditEvent.objects.filter(action="client.secret.removed").count() == 1


def test_concurrent_deactivations_keep_one_administrator(committed_tenant: Tenant) -> None:
    people = [make_person(name, committed_tenant, TENANT_ADMINISTRATOR) for name in ("ann", "bob")]
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        2,
        lambda n: (
            set_active(people[n], active=False, actor=actor, now=NOW) and None
            if n
            else assign_person_roles(people[n], frozenset(), actor=actor, now=NOW) and None
        ),
    )

    assert errors(outcomes) == {"": 1, "RuleBroken": 1}
    assert people_who_administer(committed_tenant.pk).count() == 1
