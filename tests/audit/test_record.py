"""Each operation records its event in its transaction: no event, no change."""

import copy
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from clients_app import audit, identity, services
from clients_app.audit.sentences import SENTENCES
from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.changes import SecretDraft, edit_secret
from clients_app.services.tenants.tenants import add_tenant
from tests.actors import command_line_in
from tests.audit.operations import OPERATIONS
from tests.audit.rows import all_rows
from tests.audit.subjects import Subjects, make_subjects
from tests.factories import make_client, make_tenant
from tests.full_disk import refuse_events
from tests.moments import NOW


@pytest.fixture
def subjects(tenant: Tenant) -> Subjects:
    return make_subjects(tenant)


def test_operations_lists_every_service_that_opens_a_transaction_for_an_actor() -> None:
    modules = [
        importlib.import_module(module.name)
        for room in (services, identity)
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ]
    writing = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name not in {"_each", "once"}  # their callers are the operations
        and {"transaction.atomic", "form_keys.once", "_each"}
        & set(re.findall(r"[\w.]+", inspect.getsource(function)))
        and "actor" in inspect.signature(function).parameters
    }
    assert writing == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_adds_to_the_chain_or_without_its_event_is_not_saved(
    operation: Callable[[Subjects], object], subjects: Subjects
) -> None:
    before, last = all_rows(), AuditEvent.objects.order_by("pk").last()

    with transaction.atomic():
        refuse_events()
        with pytest.raises(DatabaseError, match=r"disk.full"):
            operation(copy.deepcopy(subjects))
        assert all_rows() == before
        transaction.set_rollback(True)  # events are accepted again
    operation(subjects)

    events = AuditEvent.objects.filter(pk__gt=last.pk)
    assert events
    for event in events:
        assert event.action in SENTENCES
        assert "%(" not in audit.sentence(event)
        assert {change.label for change in audit.changes(event)}.isdisjoint(
            json.loads(event.canonical)["after"]
        )  # each field has a label
    for tenant in Tenant.objects.all():
        assert audit.first_fault(tenant.pk) is None


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
