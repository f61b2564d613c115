"""The list of clients: pages, filters, and tenants."""

from uuid import UUID, uuid4

import pytest

from clients_app.models import Client, ClientTag, Tenant
from clients_app.rules.names import key_of
from tests.factories import insert_clients, make_role
from tests.moments import NOW
from tests.selectors.clients.client_lists import names_of, page_of


def test_page_has_its_clients_and_neighbours(tenant: Tenant) -> None:
    assert page_of(tenant) == ([], 1, 1, 0, dict.fromkeys(page_of(tenant).counts, 0), 0)
    insert_clients((f"client {n:03}" for n in range(50)), tenant)
    assert (page_of(tenant).pages, page_of(tenant, page=2).page) == (1, 1)
    insert_clients(["client 050"], tenant)

    first, second = page_of(tenant), page_of(tenant, page=2)

    assert (first.page, first.pages, first.total, len(first.clients)) == (1, 2, 51, 50)
    assert [client.name for client in second.clients] == ["client 050"]
    for low in (0, -1, -(10**30)):
        assert page_of(tenant, page=low).page == 1
    for high in (3, 999, 10**30):
        assert page_of(tenant, page=high).clients == second.clients
        assert page_of(tenant, page=high).page == 2


def test_role_and_text_filters_are_combined(tenant: Tenant) -> None:
    role = make_role("Pumps", tenant)
    one, two, _three = insert_clients(["one", "two", "three"], tenant)
    for client in (one, two):
        client.roles.add(role)

    assert names_of(tenant, role_id=role.pk) == ["one", "two"]
    assert names_of(tenant, role_id=role.pk, q="tw") == ["two"]
    assert names_of(tenant, role_id=uuid4()) == []


def test_list_is_sorted_by_name_ignoring_case(tenant: Tenant) -> None:
    insert_clients(["b", "C", "A", "d"], tenant)

    assert names_of(tenant) == ["A", "b", "C", "d"]


def test_each_client_type_is_counted_and_listed_separately(tenant: Tenant) -> None:
    insert_clients(["a", "b"], tenant)
    hybrid = insert_clients(["hybrid b"], tenant)[0]
    Client.objects.filter(pk=hybrid.pk).update(client_type="hybrid")

    counts = page_of(tenant).counts
    assert counts == {"client-credentials": 2, "hybrid": 1, "authorization-code": 0}
    assert names_of(tenant, client_type="hybrid") == ["hybrid b"]
    assert names_of(tenant, client_type="authorization-code") == []
    assert page_of(tenant, q="hybrid").counts["client-credentials"] == 0


FILTERS = [
    ("", ["100% Pump_1", "Caf\u00e9", "Straße", "Valve"]),
    ("   ", ["100% Pump_1", "Caf\u00e9", "Straße", "Valve"]),
    ("PUMP", ["100% Pump_1"]),
    (" valve ", ["Valve"]),
    ("cafe\u0301", ["Caf\u00e9"]),
    ("STRASS", ["Straße"]),
    ("%", ["100% Pump_1"]),
    ("_", ["100% Pump_1"]),
    ("\\", []),
    ("NORTH", ["Valve"]),
    ("orth wes", ["Valve"]),
    ("'; DROP TABLE", []),
    ("nothing", []),
    ("pu\0mp", ["100% Pump_1"]),  # what cannot be seen does not count
    ("\0nothing", []),
    ("x" * 200_000, []),
]


@pytest.mark.parametrize(("q", "names"), FILTERS, ids=[repr(q)[:20] for q, _ in FILTERS])
def test_filter_finds_names_and_tags(tenant: Tenant, q: str, names: list[str]) -> None:
    clients = insert_clients(["100% Pump_1", "Caf\u00e9", "Straße", "Valve"], tenant)
    for name in ("North West", "North West 2"):
        ClientTag.objects.create(client=clients[3], name=name, name_key=key_of(name))

    page = page_of(tenant, q=q)

    assert [client.name for client in page.clients] == names
    assert page.total == len(names)


def test_filter_finds_the_beginning_of_an_id(tenant: Tenant) -> None:
    for name, id_ in (
        ("one", "abcdef01-2345-6789-abcd-ef0123456789"),
        ("two", "abcdef01-2345-6789-abcd-ef012345678a"),
        ("three", "01234567-89ab-cdef-0123-456789abcdef"),
    ):
        Client.objects.create(
            id=UUID(id_),
            tenant=tenant,
            name=name,
            client_type="client-credentials",
            created_at=NOW,
            updated_at=NOW,
        )
    assert names_of(tenant, q="abcdef01") == ["one", "two"]
    assert names_of(tenant, q="ABCDEF01-2345-6789") == ["one", "two"]
    assert names_of(tenant, q=" abcdef01-2345-6789-abcd-ef0123456789 ") == ["one"]
    assert names_of(tenant, q="0") == ["three"]
    assert names_of(tenant, q="0123456789abcdef0123456789abcdef") == ["three"]
    assert names_of(tenant, q="0123456789abcdef0123456789abcdef0") == []
    assert names_of(tenant, q="cdef") == []  # only the beginning
    assert names_of(tenant, q="-") == []
