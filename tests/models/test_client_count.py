"""The database counts the clients of a tenant, whatever changes them."""

from typing import Any

from clients_app.models import Client, ClientCount, Tenant
from clients_app.services.clients.removal import remove_client, restore_client
from tests.actors import command_line_in
from tests.factories import insert_clients, make_client, make_tenant
from tests.moments import NOW


def counted(tenant: Tenant) -> dict[str, int]:
    """Return the counts, which must be those of the rows."""
    by_type: dict[str, int] = {}
    for client_type in Client.objects.filter(tenant=tenant, removed_at=None).values_list(
        "client_type", flat=True
    ):
        by_type[client_type] = by_type.get(client_type, 0) + 1
    counts = ClientCount.objects.by_type(tenant.pk)
    assert {name: count for name, count in counts.items() if count} == by_type
    assert ClientCount.objects.total(tenant.pk) == sum(by_type.values())
    return counts


def test_client_count_follows_each_operation(tenant: Tenant) -> None:
    by: dict[str, Any] = {"actor": command_line_in(tenant), "now": NOW}
    assert counted(tenant) == {}

    pump = make_client("Pump", tenant).client
    make_client("Valve", tenant)
    assert counted(tenant) == {"client-credentials": 2}
    remove_client(pump, typed_name="Pump", **by)
    assert counted(tenant) == {"client-credentials": 1}
    restore_client(pump.pk, **by)
    assert counted(tenant) == {"client-credentials": 2}


def test_client_count_follows_what_no_operation_does(tenant: Tenant) -> None:
    others = make_tenant("Others")
    insert_clients(["Pump", "Tap", "Valve"], tenant)
    insert_clients(["Pump"], others)
    assert counted(tenant) == {"client-credentials": 3}

    own = Client.objects.filter(tenant=tenant)
    own.filter(name__in=("Pump", "Tap")).update(removed_at=NOW)
    own.filter(name="Tap").update(removed_at=NOW)  # again
    assert counted(tenant) == {"client-credentials": 1}
    own.filter(name="Pump").delete()
    assert counted(tenant) == {"client-credentials": 1}
    own.filter(name="Tap").update(removed_at=None)
    assert counted(tenant) == {"client-credentials": 2}
    own.filter(name="Tap").update(client_type="authorization-code")
    assert counted(tenant) == {"client-credentials": 1, "authorization-code": 1}
    own.filter(name="Valve").update(tenant=others)
    assert counted(others) == {"client-credentials": 2}
    own.delete()
    assert counted(tenant) == {"client-credentials": 0, "authorization-code": 0}
