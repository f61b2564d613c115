"""An event and its change are in one transaction, and each tenant has its own chain."""

import pytest
from django.db import DatabaseError, connection, transaction

from clients_app import audit
from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.changes import SecretDraft, edit_secret
from clients_app.services.tenants.tenants import add_tenant
from tests.actors import command_line_in
from tests.factories import make_client, make_tenant
from tests.moments import NOW


def test_operation_without_the_head_of_the_chain_is_rolled_back(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE clients_app_audithead RENAME TO lost")

    with pytest.raises(DatabaseError):
        make_client("Pump", tenant)

    assert not Client.objects.exists()
    assert not ClientSecret.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused() -> None:
    tenant = make_tenant()
    with pytest.raises(RuntimeError, match="part of the transaction"):
        audit.record("tenant.edited", tenant, actor=command_line_in(tenant), now=NOW)
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_operation_leaves_no_event() -> None:
    tenant = make_tenant()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _add_and_divide(tenant)

    assert AuditEvent.objects.count() == 1
    assert audit.first_fault(tenant.pk) is None
    make_client("Pump", tenant)
    assert audit.first_fault(tenant.pk) is None


def _add_and_divide(tenant: Tenant) -> float:
    make_client("Pump", tenant)
    return 1 / 0


def test_an_operation_that_changes_nothing_is_no_event(tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    secret = client.secrets.get()
    before = AuditEvent.objects.count()

    draft = SecretDraft(description=secret.description, expires_at=secret.expires_at)
    edit_secret(client, secret.pk, draft, actor=command_line_in(tenant), now=NOW)

    assert AuditEvent.objects.count() == before


def test_two_tenants_have_separate_chains(tenant: Tenant) -> None:
    other = add_tenant("Contoso", actor=command_line_in(tenant), now=NOW)
    make_client("Pump", tenant)
    make_client("Pump", other)

    for one in (tenant, other):
        sequences = AuditEvent.objects.for_tenant(one.pk).order_by("sequence")
        assert list(sequences.values_list("sequence", flat=True)) == [1, 2, 3]
