"""Verification finds the first broken event, whatever was done to the rows past the triggers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F

from clients_app import audit, derived_keys
from clients_app.audit import chain
from clients_app.models import AuditEvent, AuditHead, Tenant, append_only
from tests.audit.chain_faults import event, first_fault
from tests.factories import make_role, make_tenant

LENGTH = 8  # events of the tenant: "tenant.added" and seven roles


@pytest.fixture
def roles(tenant: Tenant) -> Iterator[Tenant]:
    """A tenant with eight events, in a database without the append-only triggers."""
    for number in range(LENGTH - 1):
        make_role(f"Role {number}", tenant)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    append_only.drop(connection)
    yield tenant
    append_only.create(connection)


def test_unchanged_chain_is_intact(roles: Tenant) -> None:
    assert AuditEvent.objects.count() == LENGTH
    assert audit.first_fault(roles.pk) is None
    assert AuditHead.objects.get().sequence == LENGTH


COLUMNS = [field.name for field in AuditEvent._meta.get_fields() if field.name != "id"]
CHANGES: dict[str, Any] = {
    "sequence": 99,
    "at": F("at") + timedelta(microseconds=1),
    "client_id": uuid4(),
    "chain_key_id": "00000000",
}


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sequence", [1, 4, LENGTH])
def test_change_of_any_column_is_detected(roles: Tenant, column: str, sequence: int) -> None:
    elsewhere = Tenant.objects.create(name="Contoso")
    value = elsewhere if column == "tenant" else CHANGES.get(column, "x")
    event(sequence).update(**{column: value})

    assert first_fault(roles)[0] == sequence


def test_change_inside_the_canonical_text_is_detected(roles: Tenant) -> None:
    sealed = event(4).get().canonical
    event(4).update(canonical=sealed.replace("Role 2", "Role 3"))

    assert first_fault(roles) == (4, "it was changed")


def test_change_with_a_mac_of_another_key_is_detected(roles: Tenant) -> None:
    forged = event(4).get()
    forged.canonical = forged.canonical.replace("Role 2", "Role 3")
    event(4).update(
        canonical=forged.canonical,
        digest=chain.digest_of(forged, derived_keys.DerivedKey("x", b"guess")),
    )

    assert first_fault(roles) == (4, "it was changed")


@pytest.mark.parametrize("sequence", [1, 2, 5, LENGTH - 1])
def test_deleted_event_is_detected(roles: Tenant, sequence: int) -> None:
    event(sequence).delete()

    assert first_fault(roles) == (sequence, "the event is missing")


@pytest.mark.parametrize("sequence", [1, 5])
def test_deleted_event_with_renumbered_successors_is_detected(roles: Tenant, sequence: int) -> None:
    event(sequence).delete()
    for later in AuditEvent.objects.filter(sequence__gt=sequence).order_by("sequence"):
        event(later.sequence).update(sequence=later.sequence - 1)

    assert first_fault(roles) == (sequence, "it does not follow the event before it")


@pytest.mark.parametrize("kept", [0, 1, LENGTH - 3, LENGTH - 1])
def test_truncated_chain_is_detected(roles: Tenant, kept: int) -> None:
    AuditEvent.objects.filter(sequence__gt=kept).delete()

    assert first_fault(roles) == (kept + 1, "the events from here to the end are missing")


def test_events_and_head_gone(roles: Tenant) -> None:
    AuditEvent.objects.all().delete()
    AuditHead.objects.all().delete()

    assert first_fault(roles) == (1, "the head of the chain is missing")


def test_deleted_head_is_detected(roles: Tenant) -> None:
    AuditHead.objects.all().delete()

    assert first_fault(roles)[1] == "the head of the chain is missing"


def test_head_moved_back_is_detected(roles: Tenant) -> None:
    before = event(5).get()
    AuditHead.objects.update(sequence=5, digest=before.digest)

    assert first_fault(roles) == (6, "the head of the chain does not know this event")


@pytest.mark.parametrize(("one", "other"), [(2, 3), (1, 8), (4, 7)])
def test_swapped_events_are_detected(roles: Tenant, one: int, other: int) -> None:
    event(one).update(sequence=99)
    event(other).update(sequence=one)
    event(99).update(sequence=other)

    assert first_fault(roles) == (one, "it does not follow the event before it")


@pytest.mark.parametrize("sequence", [1, 5])
def test_event_inserted_in_the_middle_is_detected(roles: Tenant, sequence: int) -> None:
    for later in AuditEvent.objects.filter(sequence__gte=sequence).order_by("-sequence"):
        event(later.sequence).update(sequence=later.sequence + 1)
    added = event(sequence + 1).get()
    added.pk, added.sequence, added.object_name = None, sequence, "forged"
    added.save(force_insert=True)

    assert first_fault(roles) == (sequence, "its columns were changed")


def test_an_event_that_exists_twice(roles: Tenant) -> None:
    for later in AuditEvent.objects.filter(sequence__gt=5).order_by("-sequence"):
        event(later.sequence).update(sequence=later.sequence + 1)
    added = event(5).get()
    added.pk, added.sequence = None, 6
    added.save(force_insert=True)

    assert first_fault(roles) == (6, "it does not follow the event before it")


def test_event_appended_is_detected(roles: Tenant) -> None:
    added = event(LENGTH).get()
    added.pk, added.sequence, added.previous_digest = None, LENGTH + 1, added.digest
    added.save(force_insert=True)

    assert first_fault(roles) == (LENGTH + 1, "the head of the chain does not know this event")


def test_event_inserted_before_the_first_is_detected(roles: Tenant) -> None:
    added = event(1).get()
    added.pk, added.sequence = None, 0
    added.save(force_insert=True)

    assert first_fault(roles)[0] == 1


def test_event_after_the_head_is_detected(roles: Tenant) -> None:
    last = event(LENGTH).get()
    added = event(LENGTH).get()
    added.pk, added.sequence, added.previous_digest = None, LENGTH + 1, last.digest
    added.canonical = chain.canonical(added, before={}, after={})
    added.digest = chain.digest_of(added, derived_keys.current_key(derived_keys.AUDIT_CHAIN))
    added.save(force_insert=True)

    assert first_fault(roles) == (LENGTH + 1, "the head of the chain does not know this event")


def test_broken_chain_of_another_tenant_does_not_matter(roles: Tenant) -> None:
    other = make_tenant("Contoso")
    make_role("Theirs", other)
    event(2).filter(tenant=roles).update(actor_name="x")

    assert audit.first_fault(other.pk) is None
    assert first_fault(roles)[0] == 2
