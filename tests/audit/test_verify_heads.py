"""Verification with the file of heads, a changed SECRET_KEY and concurrent writers."""

from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from clients_app import audit
from clients_app.models import AuditEvent, AuditHead, Tenant, append_only
from tests.audit.chain_faults import event, first_fault
from tests.factories import make_role, make_tenant


def test_events_before_and_after_a_change_of_secret_key_verify(
    tenant: Tenant, settings: Settings
) -> None:
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [old]
    make_role("New", tenant)

    keys = AuditEvent.objects.values_list("chain_key_id", flat=True)
    assert len(set(keys)) == 2
    assert audit.first_fault(tenant.pk) is None
    settings.SECRET_KEY_FALLBACKS = []
    assert first_fault(tenant) == (
        1,
        "the key it was sealed with is not among SECRET_KEY and its fallbacks",
    )


def test_a_tail_cut_off_together_with_the_head_is_missed_by_the_file(
    tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            make_role(f"Role {number}", tenant)
    append_only.drop(connection)

    event(4).delete()
    AuditHead.objects.update(sequence=3, digest=event(3).get().digest)

    assert first_fault(tenant) == (4, "the events from here to the end are missing")


def test_a_rewritten_tail_differs_from_the_file(
    tenant: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Role 0", tenant)
    append_only.drop(connection)

    event(2).delete()
    AuditHead.objects.update(sequence=1, digest=event(1).get().digest)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(1, 5):
            make_role(f"Role {number}", tenant)

    assert first_fault(tenant) == (2, "it is not the event that DATA_DIR remembers")


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_cause_no_false_alarm() -> None:
    tenant = make_tenant("Busy")
    over = Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            make_role(f"Role {(number := number + 1)}", tenant)
        connection.close()

    writer = Thread(target=write)
    writer.start()
    try:
        faults = [audit.first_fault(tenant.pk) for _ in range(100)]
    finally:
        over.set()
        writer.join()

    assert faults == [None] * 100
    assert AuditHead.objects.get(tenant=tenant).sequence > 10


def test_head_is_written_to_the_log(
    tenant: Tenant, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="clients_app.audit")
    with django_capture_on_commit_callbacks(execute=True):
        make_role("Role 0", tenant)

    head = AuditHead.objects.get()
    assert caplog.messages == [f"Audit chain of tenant {tenant.pk}: event 2, {head.digest}."]
