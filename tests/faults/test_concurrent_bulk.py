"""Concurrent bulk operations on the same clients: all of each or nothing, and each change once."""

from collections import Counter
from functools import partial

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.services.clients import bulk
from tests.actors import command_line_in
from tests.factories import insert_clients, make_role
from tests.faults.conftest import errors, run_concurrently
from tests.moments import NOW


def test_concurrent_bulk_removals_remove_each_client_once(committed_tenant: Tenant) -> None:
    ids = [one.pk for one in insert_clients((f"Pump {n}" for n in range(30)), committed_tenant)]
    by = {"actor": command_line_in(committed_tenant), "now": NOW}
    chosen = (ids, ids[::-1], ids[10:], ids[:20])

    outcomes = run_concurrently(
        4, lambda n: bulk.remove_all(chosen[n], confirmed=None, **by) and None
    )

    assert errors(outcomes) == {"": 4}
    removed = AuditEvent.objects.filter(action="client.removed").values_list("client_id", flat=True)
    assert Counter(removed) == dict.fromkeys(ids, 1)


def test_concurrent_bulk_operations_of_all_kinds_wait_for_each_other(
    committed_tenant: Tenant,
) -> None:
    """None of them sees half of another, and none is the victim of a deadlock."""
    ids = [one.pk for one in insert_clients((f"Pump {n}" for n in range(30)), committed_tenant)]
    role = make_role("MyData.Role", committed_tenant)
    by = {"actor": command_line_in(committed_tenant), "now": NOW}
    operations = (
        partial(bulk.enable_all, ids, enabled=False, **by),
        partial(bulk.tag_all, ids[::-1], add=["north"], remove=[], **by),
        partial(
            bulk.change_roles,
            ids,
            add=frozenset({role.pk}),
            remove=frozenset(),
            confirms_administrator=False,
            **by,
        ),
        partial(bulk.remove_all, ids[:10], confirmed=None, **by),
    )

    outcomes = run_concurrently(4, lambda n: operations[n]() and None)

    assert errors(outcomes) == {"": 4}
    left = Client.objects.filter(pk__in=ids[10:])
    assert left.filter(is_enabled=False, roles=role, tags__name="north").count() == 20
    changes = AuditEvent.objects.filter(client_id__in=ids[:10]).values_list("client_id", "action")
    per_action = Counter(action for _, action in changes)
    assert per_action.pop("client.removed") == 10
    assert set(per_action.values()) <= {10}
