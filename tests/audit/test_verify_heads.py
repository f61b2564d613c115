"""Verification with the file of heads, a changed SECRET_KEY and concurrent writers."""

from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django.fixtures import Settings

from clients_app import audit, derived_keys
from clients_app.audit import chain
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


def append_under(key: str, tenant: Tenant) -> None:
    """Add an event as somebody with the database and this SECRET_KEY would."""
    last = AuditEvent.objects.for_tenant(tenant.pk).order_by("sequence").last()
    assert last is not None
    root, forged = _key_of(key), last
    forged.pk, forged.sequence, forged.previous_digest = None, last.sequence + 1, last.digest
    forged.chain_key_id = root.id
    forged.canonical = chain.canonical(forged, before={}, after={})
    forged.digest = chain.digest_of(forged, root)
    forged.save(force_insert=True)
    AuditHead.objects.filter(tenant=tenant).update(sequence=forged.sequence, digest=forged.digest)


def assert_nothing_goes_after_a_newer_key(former: str, tenant: Tenant) -> None:
    """Check that an event under ``former`` is detected after two others."""
    assert audit.first_fault(tenant.pk) is None
    append_under(former, tenant)
    assert first_fault(tenant) == (3, "it is under a former SECRET_KEY, after a newer one")


def _key_of(secret_key: str) -> derived_keys.DerivedKey:
    with override_settings(SECRET_KEY=secret_key):
        return derived_keys.current_key(derived_keys.AUDIT_CHAIN)


@pytest.mark.parametrize("is_in_the_chain", [True, False])
def test_event_under_a_former_key_after_one_under_the_newer_is_detected(
    tenant: Tenant, settings: Settings, is_in_the_chain: bool
) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [former]
    if not is_in_the_chain:
        tenant = make_tenant("Added after the change")
    make_role("New", tenant)

    assert_nothing_goes_after_a_newer_key(former, tenant)


def test_event_under_a_former_key_after_one_under_another_former_key_is_detected(
    tenant: Tenant, settings: Settings
) -> None:
    oldest, former = settings.SECRET_KEY, "f" * 60
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = former, [oldest]
    make_role("New", tenant)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [oldest, former]

    assert_nothing_goes_after_a_newer_key(oldest, tenant)


def test_node_with_the_former_key_continues_under_the_newer(
    tenant: Tenant, settings: Settings
) -> None:
    """While nodes restart one after the other, both write."""
    former, newer = settings.SECRET_KEY, "n" * 60
    for current, other in ((newer, former), (former, newer), (newer, former)):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = current, [other]
        make_role(f"Role {AuditEvent.objects.count()}", tenant)

    assert audit.first_fault(tenant.pk) is None
    keys = AuditEvent.objects.order_by("sequence").values_list("chain_key_id", flat=True)
    assert keys[0] != keys[1] == keys[2] == keys[3]


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


def test_file_of_heads_that_cannot_be_read_is_reported(
    tenant: Tenant, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "audit-heads" / str(tenant.pk)).mkdir(parents=True)

    number, reason = first_fault(tenant)
    assert number == 1
    assert reason.startswith("the file of its heads cannot be read: ")
    assert not audit.heads_are_noted(tenant.pk)
