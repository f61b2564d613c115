"""Concurrent processes: limits hold, and names stay unique."""

from datetime import timedelta
from typing import Any

import pytest

from clients_app.models import (
    AuditEvent,
    Client,
    ClientCount,
    ClientSecret,
    IssuedClientId,
    Person,
    Role,
    Tenant,
    UsedFormKey,
)
from clients_app.services.clients.removal import remove_client
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft
from clients_app.services.secrets.rotation import rotate_secret
from tests.actors import command_line_in
from tests.factories import (
    insert_clients,
    insert_secrets,
    make_client,
    make_person,
    make_role,
    make_tenant,
)
from tests.faults.conftest import errors, run_concurrently
from tests.moments import NOW

DRAFT = SecretDraft(expires_at=None)


def test_concurrent_secrets_stay_within_the_limit(committed_tenant: Tenant) -> None:
    """SEC-12."""
    client = insert_clients(["Pump"], committed_tenant)[0]
    insert_secrets(client, 9)

    outcomes = run_concurrently(
        20,
        lambda _: (
            add_secret(client, DRAFT, actor=command_line_in(committed_tenant), now=NOW).secret.pk
        ),
    )

    assert errors(outcomes) == {"": 1, "RuleBroken": 19}
    assert client.secrets.live(NOW).count() == 10
    assert AuditEvent.objects.filter(action="client.secret.added").count() == 1


def test_concurrent_rotations_stay_within_the_limit(committed_tenant: Tenant) -> None:
    client = insert_clients(["Pump"], committed_tenant)[0]
    old = insert_secrets(client, 9)[0]
    ends: dict[str, Any] = {"old_ends_at": NOW + timedelta(days=1), "now": NOW}

    outcomes = run_concurrently(
        20,
        lambda _: (
            rotate_secret(
                client, old.pk, DRAFT, actor=command_line_in(committed_tenant), **ends
            ).secret.pk
        ),
    )

    assert errors(outcomes) == {"": 1, "RuleBroken": 19}
    assert client.secrets.live(NOW).count() == 10
    assert AuditEvent.objects.filter(action="client.secret.rotated").count() == 1


def test_form_sent_concurrently_adds_one_client(committed_tenant: Tenant) -> None:
    outcomes = run_concurrently(
        10, lambda n: str(make_client("Pump", committed_tenant, form_key="key").client.pk)
    )

    assert errors(outcomes) == {"": 1, "AlreadyAdded": 9}
    for table in (Client, ClientSecret, IssuedClientId, UsedFormKey):
        assert table.objects.count() == 1
    added = next(outcome.value for outcome in outcomes if not outcome.error)
    assert str(Client.objects.get().pk) == added


def test_form_sent_concurrently_adds_one_secret(committed_tenant: Tenant) -> None:
    client = insert_clients(["Pump"], committed_tenant)[0]
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        10, lambda _: add_secret(client, DRAFT, actor=actor, now=NOW, form_key="k").secret.pk
    )

    assert errors(outcomes) == {"": 1, "AlreadyAdded": 9}
    assert client.secrets.count() == 1


SAME: dict[str, Any] = {
    "client": (
        lambda committed_tenant, n: make_client(("Pump", "PUMP")[n % 2], committed_tenant),
        Client,
    ),
    "role": (
        lambda committed_tenant, n: make_role(("MyData", "MYDATA")[n % 2], committed_tenant),
        None,
    ),
    "person": (
        lambda committed_tenant, n: make_person(("ann", "ANN")[n % 2], committed_tenant),
        Person,
    ),
    "person of two tenants": (
        lambda committed_tenant, n: make_person(
            "ann", list(Tenant.objects.order_by("name"))[n % 2]
        ),
        Person,
    ),
    "email address": (
        lambda committed_tenant, n: make_person(
            f"ann {n}", list(Tenant.objects.order_by("name"))[n % 2], email="ann@example.com"
        ),
        Person,
    ),
}


@pytest.mark.parametrize(("operation", "table"), SAME.values(), ids=SAME)
def test_concurrent_clients_with_the_same_name_add_one(
    committed_tenant: Tenant, operation: Any, table: Any
) -> None:
    make_tenant("Contoso")

    outcomes = run_concurrently(4, lambda n: operation(committed_tenant, n) and None)

    assert errors(outcomes) == {"": 1, "Conflict": 3}
    rows = Role.objects.filter(name_key="mydata") if table is None else table.objects.all()
    assert rows.count() == 1


def test_concurrent_clients_stay_within_the_limit_of_the_tenant(
    committed_tenant: Tenant, settings: Any
) -> None:
    settings.CLIENTS_PER_TENANT = 3
    insert_clients(["one", "two"], committed_tenant)

    outcomes = run_concurrently(5, lambda n: make_client(f"more {n}", committed_tenant) and None)

    assert errors(outcomes) == {"": 1, "RuleBroken": 4}
    assert Client.objects.count() == 3


def test_clients_added_and_removed_at_the_same_time_are_counted(committed_tenant: Tenant) -> None:
    present = insert_clients(["one", "two", "three"], committed_tenant)
    by: dict[str, Any] = {"actor": command_line_in(committed_tenant), "now": NOW}

    def change(n: int) -> None:
        if n < len(present):
            remove_client(present[n], typed_name=present[n].name, **by)
        else:
            make_client(f"more {n}", committed_tenant)

    outcomes = run_concurrently(8, change)

    assert errors(outcomes) == {"": 8}
    assert Client.objects.present().count() == 5
    assert ClientCount.objects.total(committed_tenant.pk) == 5
