"""Each operation records its event in its transaction: no event, no change; never a secret."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from clients_app import audit, identity, services
from clients_app.audit.sentences import SENTENCES
from clients_app.models import (
    AuditEvent,
    AuditHead,
    Client,
    ClientRole,
    ClientSecret,
    ClientTag,
    IssuedClientId,
    Person,
    Role,
    Tenant,
    UsedFormKey,
)
from clients_app.services.people.accounts import choose_password
from clients_app.services.secrets.changes import SecretDraft, add_secret, edit_secret, remove_secret
from clients_app.services.tenants.tenants import add_tenant
from tests.audit.operations import OPERATIONS, Subjects, make_subjects
from tests.factories import (
    IN_A_YEAR,
    NOW,
    actor_for,
    command_line_in,
    insert_secrets,
    make_client,
    make_person,
    make_tenant,
)
from tests.full_disk import refuse_events

TABLES = (
    Tenant,
    Role,
    Person,
    Client,
    ClientRole,
    ClientTag,
    ClientSecret,
    IssuedClientId,
    UsedFormKey,
    AuditEvent,
    AuditHead,
)


def all_rows() -> list[Any]:
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]


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
        if name != "_each"  # of several clients: its callers are the operations
        and {"transaction.atomic", "_each"}
        & set(re.findall(r"[\w.]+", inspect.getsource(function)))
        and "actor" in inspect.signature(function).parameters
    }
    assert writing == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_adds_to_the_chain(
    operation: Callable[[Subjects], object], subjects: Subjects
) -> None:
    last = AuditEvent.objects.order_by("pk").last()

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


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_without_its_event_no_operation_is_saved(
    operation: Callable[[Subjects], object],
    subjects: Subjects,
) -> None:
    before = all_rows()
    refuse_events()

    with pytest.raises(DatabaseError, match=r"disk.full"):
        operation(subjects)

    assert all_rows() == before


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


def test_events_contain_no_secret_digest_or_tag(
    tenant: Tenant, dump_of_every_table: Callable[[], str]
) -> None:
    added = make_client("Pump", tenant, secret_description="first")
    second = add_secret(
        added.client, SecretDraft(expires_at=None), actor=command_line_in(tenant), now=NOW
    )
    remove_secret(added.client, second.secret.pk, actor=command_line_in(tenant), now=NOW)
    events = "\n".join(str(vars(event)) for event in AuditEvent.objects.all())

    for secret in ClientSecret.objects.all():
        assert secret.digest not in events
        assert secret.digest.rpartition("$")[2] not in events
        assert bytes(secret.tag).hex() not in events
    dump = dump_of_every_table()
    for plain in (added.plain, second.plain):
        assert plain[-4:] in dump  # proves that the dump has the rows
        assert plain not in dump
        assert plain[4:24] not in dump
        assert plain.encode().hex() not in dump


def test_events_contain_no_password(tenant: Tenant) -> None:
    ann = make_person("ann", tenant)
    choose_password(ann, "Seven-grey-herons-7", actor=actor_for(ann), now=NOW)

    events = "\n".join(str(vars(event)) for event in AuditEvent.objects.all())
    assert "herons-7" not in events
    assert "argon2" not in events


def test_an_event_names_actor_action_client_and_address(
    tenant: Tenant, administrator: Person
) -> None:
    mara = replace(actor_for(administrator), address="192.0.2.7", operation_id="op-1")
    client = make_client("Pump", tenant, actor=mara, tags=("north",)).client

    event = AuditEvent.objects.get(action="client.added")
    assert (event.actor_kind, event.actor_id, event.actor_name) == (
        "person",
        str(administrator.pk),
        "mara",
    )
    assert (event.object_kind, event.object_id, event.object_name) == (
        "client",
        str(client.pk),
        "Pump",
    )
    assert (event.client_id, event.at, event.outcome) == (client.pk, NOW, "done")
    assert (event.address, event.operation_id) == ("192.0.2.7", "op-1")
    assert audit.sentence(event) == "Client Pump added"
    changes = {change.label: change.after for change in audit.changes(event)}
    assert changes["Name"] == "Pump"
    assert changes["Roles"] == ["Tenant Member"]
    assert changes["Token Lifetime"] == 3600
    assert changes["Tags"] == ["north"]


def test_an_edited_secret_shows_before_and_after(tenant: Tenant) -> None:
    client = make_client("Pump", tenant, secret_description="old").client
    draft = SecretDraft(description="new", expires_at=IN_A_YEAR)
    edit_secret(client, client.secrets.get().pk, draft, actor=command_line_in(tenant), now=NOW)

    event = AuditEvent.objects.get(action="client.secret.edited")
    differing = {c.label: (c.before, c.after) for c in audit.changes(event) if c.before != c.after}
    assert differing == {"Description": ("old", "new")}


def test_an_operation_that_changes_nothing_is_no_event(tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    secret = client.secrets.get()
    before = AuditEvent.objects.count()

    draft = SecretDraft(description=secret.description, expires_at=secret.expires_at)
    edit_secret(client, secret.pk, draft, actor=command_line_in(tenant), now=NOW)

    assert AuditEvent.objects.count() == before


def test_longest_names_fit_into_an_event(tenant: Tenant) -> None:
    client = make_client("ﬃ" * 200, tenant, secret_description="s" * 200).client
    insert_secrets(client, 1)

    assert audit.first_fault(tenant.pk) is None
    assert AuditEvent.objects.filter(client_id=client.pk).count() == 2


def test_two_tenants_have_separate_chains(tenant: Tenant) -> None:
    other = add_tenant("Contoso", actor=command_line_in(tenant), now=NOW)
    make_client("Pump", tenant)
    make_client("Pump", other)

    for one in (tenant, other):
        sequences = AuditEvent.objects.for_tenant(one.pk).order_by("sequence")
        assert list(sequences.values_list("sequence", flat=True)) == [1, 2, 3]
