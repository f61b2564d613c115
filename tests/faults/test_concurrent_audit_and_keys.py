"""Many at once, each a process: the chain has no gap, the signing keys stay one set."""

from collections import Counter
from datetime import timedelta

from django.db import OperationalError, connection

from clients_app import audit
from clients_app.models import (
    AuditEvent,
    SigningKey,
    Tenant,
)
from clients_app.services.signing_keys.rotation import (
    ensure_active_key,
    follow_schedule,
    revoke_keys,
)
from tests.factories import (
    NOW,
    command_line_in,
    make_client,
    make_person,
    make_role,
    make_tenant,
)
from tests.faults.conftest import Outcome, at_once, errors


def write(shop: Tenant, number: int) -> int:
    """Do one of several deeds; return how many events it adds to the chain of ``shop``."""
    if number % 5 == 0:  # a new secret keeps a processor busy for a while
        make_client(f"Client {number}", shop)
        return 2
    if number % 5 == 1:
        make_person(f"person {number}", shop)
    elif number % 5 == 2:
        make_client(f"Client {number}", Tenant.objects.get(name="Contoso"))
        return 0
    else:
        make_role(f"Role {number}", shop)
    return 1


def write_in_the_end(shop: Tenant, number: int) -> int:
    """Write as ``write`` does; who waited 5 s for others in vain is told to try again, and does."""
    for _ in range(10):
        try:
            return write(shop, number)
        except OperationalError:
            continue
    return write(shop, number)


def check_chain(shop: Tenant, outcomes: list[Outcome]) -> None:
    for tenant in Tenant.objects.all():
        assert audit.first_fault(tenant.pk) is None
    added = sum(outcome.value or 0 for outcome in outcomes)
    events = AuditEvent.objects.for_tenant(shop.pk).order_by("sequence")
    assert list(events.values_list("sequence", flat=True)) == list(range(1, added + 2))


def test_fifty_writers_leave_a_chain_without_a_gap(shop: Tenant) -> None:
    make_tenant("Contoso")

    outcomes = at_once(50, lambda number: write_in_the_end(shop, number))

    assert errors(outcomes) == {"": 50}
    check_chain(shop, outcomes)


def test_many_first_starts_make_one_signing_key(shop: Tenant) -> None:
    outcomes = at_once(8, lambda _: ensure_active_key(now=NOW).kid)

    assert errors(outcomes) == {"": 8}
    assert {outcome.value for outcome in outcomes} == {SigningKey.objects.get().kid}


def test_many_processes_follow_the_schedule_of_the_keys_once(shop: Tenant) -> None:
    """KEY-4: each worker and node looks at it; the steps are done by one."""
    ensure_active_key(now=NOW)
    for after, states in (
        (timedelta(days=76), {"active": 1, "next": 1}),
        (timedelta(days=90), {"active": 1, "retired": 1}),
        (timedelta(days=91), {"active": 1, "removed": 1}),
    ):
        outcomes = at_once(8, lambda _, now=NOW + after: follow_schedule(now=now))

        assert errors(outcomes) == {"": 8}
        assert Counter(SigningKey.objects.values_list("state", flat=True)) == states
    actions = AuditEvent.objects.for_tenant(shop.pk).filter(action__startswith="key.")
    assert actions.count() == 5
    assert audit.first_fault(shop.pk) is None


def test_a_key_revoked_by_many_at_once_is_revoked_once(shop: Tenant) -> None:
    kid, actor = ensure_active_key(now=NOW).kid, command_line_in(shop)

    outcomes = at_once(6, lambda _: revoke_keys([kid], actor=actor, now=NOW).kid)

    assert errors(outcomes) == {"": 1, "NotFound": 5}
    assert Counter(SigningKey.objects.values_list("state", flat=True)) == {
        "active": 1,
        "removed": 1,
    }


def test_a_writer_waits_for_a_lock_five_seconds_at_most(shop: Tenant) -> None:
    options = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        assert options["timeout"] == 5
    else:
        assert "lock_timeout=5000" in options["options"]


def test_the_database_is_one_that_commits(shop: Tenant) -> None:
    assert not connection.in_atomic_block
    assert at_once(1, lambda _: Tenant.objects.count())[0].value == 1
    if connection.vendor == "sqlite":
        assert not connection.is_in_memory_db()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
