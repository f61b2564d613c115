"""Concurrent processes: the audit chain has no gap, and signing keys are changed once."""

from collections import Counter
from datetime import timedelta

from django.db import OperationalError, connection

from clients_app import audit
from clients_app.models import AuditEvent, SigningKey, Tenant
from clients_app.services.signing_keys.rotation import (
    ensure_active_key,
    follow_schedule,
    revoke_keys,
)
from portal.connections import DATABASE_OPTIONS
from tests.actors import command_line_in
from tests.factories import make_client, make_person, make_role, make_tenant
from tests.faults.conftest import Outcome, errors, run_concurrently
from tests.moments import NOW


def write(committed_tenant: Tenant, number: int) -> int:
    """Run one of several operations; return how many events it adds to the tenant's chain."""
    if number % 5 == 0:  # a new secret takes CPU time
        make_client(f"Client {number}", committed_tenant)
        return 2
    if number % 5 == 1:
        make_person(f"person {number}", committed_tenant)
    elif number % 5 == 2:
        make_client(f"Client {number}", Tenant.objects.get(name="Contoso"))
        return 0
    else:
        make_role(f"Role {number}", committed_tenant)
    return 1


def write_with_retries(committed_tenant: Tenant, number: int) -> int:
    """Write as ``write`` does; retry after a timeout of 5 s."""
    for _ in range(10):
        try:
            return write(committed_tenant, number)
        except OperationalError:
            continue
    return write(committed_tenant, number)


def check_chain(committed_tenant: Tenant, outcomes: list[Outcome]) -> None:
    for tenant in Tenant.objects.all():
        assert audit.first_fault(tenant.pk) is None
    added = sum(outcome.value or 0 for outcome in outcomes)
    events = AuditEvent.objects.for_tenant(committed_tenant.pk).order_by("sequence")
    assert list(events.values_list("sequence", flat=True)) == list(range(1, added + 2))


def test_fifty_concurrent_writers_leave_no_gap_in_the_chain(committed_tenant: Tenant) -> None:
    make_tenant("Contoso")

    outcomes = run_concurrently(50, lambda number: write_with_retries(committed_tenant, number))

    assert errors(outcomes) == {"": 50}
    check_chain(committed_tenant, outcomes)


def test_concurrent_first_starts_create_one_signing_key(committed_tenant: Tenant) -> None:
    outcomes = run_concurrently(8, lambda _: ensure_active_key(now=NOW).kid)

    assert errors(outcomes) == {"": 8}
    assert {outcome.value for outcome in outcomes} == {SigningKey.objects.get().kid}


def test_concurrent_processes_rotate_scheduled_keys_once(committed_tenant: Tenant) -> None:
    """KEY-4: every worker and node checks the schedule; one of them rotates."""
    ensure_active_key(now=NOW)
    for after, states in (
        (timedelta(days=76), {"active": 1, "next": 1}),
        (timedelta(days=90), {"active": 1, "retired": 1}),
        (timedelta(days=91), {"active": 1, "removed": 1}),
    ):
        outcomes = run_concurrently(8, lambda _, now=NOW + after: follow_schedule(now=now))

        assert errors(outcomes) == {"": 8}
        assert Counter(SigningKey.objects.values_list("state", flat=True)) == states
    actions = AuditEvent.objects.for_tenant(committed_tenant.pk).filter(action__startswith="key.")
    assert actions.count() == 5
    assert audit.first_fault(committed_tenant.pk) is None


def test_key_revoked_concurrently_is_revoked_once(committed_tenant: Tenant) -> None:
    kid, actor = ensure_active_key(now=NOW).kid, command_line_in(committed_tenant)

    outcomes = run_concurrently(6, lambda _: revoke_keys([kid], actor=actor, now=NOW).kid)

    assert errors(outcomes) == {"": 1, "NotFound": 5}
    assert Counter(SigningKey.objects.values_list("state", flat=True)) == {
        "active": 1,
        "removed": 1,
    }


def test_writer_waits_at_most_five_seconds_for_a_lock() -> None:
    """Tests on PostgreSQL wait longer, so this is about the product's own options."""
    assert DATABASE_OPTIONS["portal.storage.sqlite3"]["timeout"] == 5
    assert " lock_timeout=5000" in DATABASE_OPTIONS["portal.storage.postgresql"]["options"]


def test_database_really_commits(committed_tenant: Tenant) -> None:
    assert not connection.in_atomic_block
    assert run_concurrently(1, lambda _: Tenant.objects.count())[0].value == 1
    if connection.vendor == "sqlite":
        assert not connection.is_in_memory_db()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
