"""The list of clients: its order and its pages."""

from typing import Any

import pytest

from clients_app.models import Client, Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER, TENANT_VIEWER
from clients_app.services.clients.edits import assign_roles
from clients_app.services.clients.sort_columns import update_first_role
from clients_app.services.roles.roles import edit_role, remove_role
from tests.actors import command_line_in
from tests.factories import insert_clients, insert_secrets, make_client, make_role, role_id
from tests.moments import NOW
from tests.selectors.clients.client_lists import DAY, names_of, page_of


@pytest.mark.parametrize("sort", ["name", "-name", "used", "-used", "expires", "-expires"])
def test_pages_of_any_order_contain_each_client_once(tenant: Tenant, sort: str) -> None:
    clients = insert_clients((f"client {n:03}" for n in range(230)), tenant)
    for number, client in enumerate(clients[:90]):
        client.last_token_at = NOW - number % 7 * DAY
        client.next_expires_at = NOW + (number % 5 + 1) * DAY
    Client.objects.bulk_update(clients[:90], ["last_token_at", "next_expires_at"])

    pages = [names_of(tenant, sort=sort, page=page) for page in range(1, 6)]

    assert [len(page) for page in pages] == [50, 50, 50, 50, 30]
    names = [name for page in pages for name in page]
    assert sorted(names) == [client.name for client in clients]
    firsts = [name for name in names if int(name[-3:]) < 90]
    if "name" not in sort:  # clients without a value come last, by name, in both directions
        assert names == firsts + [client.name for client in clients[90:]]
        ranks = {"used": lambda n: -(n % 7), "expires": lambda n: n % 5}
        rank = ranks[sort.removeprefix("-")]
        values = [rank(int(name[-3:])) for name in firsts]
        assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["name", "-name", "used"])
def test_page_of_the_open_client_is_returned_in_any_order(tenant: Tenant, sort: str) -> None:
    clients = insert_clients((f"client {n:03}" for n in range(120)), tenant)
    ordered = clients[::-1] if sort == "-name" else clients  # clients without a use are by name

    for place, page in ((0, 1), (49, 1), (50, 2), (99, 2), (100, 3), (119, 3)):
        shown = page_of(tenant, sort=sort, opened=ordered[place])
        assert (shown.page, shown.clients[place % 50].pk) == (page, ordered[place].pk)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["a", "b", "c", "d"]),
        ("-name", ["d", "c", "b", "a"]),
        ("status", ["c", "d", "b", "a"]),
        ("-status", ["a", "b", "c", "d"]),
        ("expires", ["c", "b", "a", "d"]),
        ("-expires", ["b", "c", "a", "d"]),
        ("roles", ["c", "d", "b", "a"]),
        ("-roles", ["a", "b", "c", "d"]),
        ("used", ["d", "a", "b", "c"]),
        ("-used", ["a", "d", "b", "c"]),
        ("nonsense", ["a", "b", "c", "d"]),
    ],
)
def test_clients_are_sorted_by_each_column(tenant: Tenant, sort: str, names: list[str]) -> None:
    a, b, c, d = insert_clients("abcd", tenant)
    Client.objects.filter(pk=a.pk).update(is_enabled=False, last_token_at=NOW)
    Client.objects.filter(pk=d.pk).update(last_token_at=NOW - DAY)
    insert_secrets(b, 1, expires_at=NOW + DAY)
    insert_secrets(b, 1, expires_at=NOW - DAY)
    insert_secrets(c, 1, expires_at=NOW - DAY)
    insert_secrets(a, 1, expires_at=None)
    a.roles.add(make_role("Y", tenant))
    b.roles.add(make_role("X", tenant), *tenant.roles.filter(role_type_id=TENANT_VIEWER))
    for client in (a, b, c, d):
        client.roles.add(role_id(tenant, TENANT_MEMBER))
        update_first_role(client)

    assert names_of(tenant, sort=sort) == names


def test_order_by_roles_follows_changes_to_roles(tenant: Tenant) -> None:
    x, y = make_role("X", tenant), make_role("Y", tenant)
    a = make_client("a", tenant, role_ids=frozenset({x.pk, y.pk})).client
    make_client("b", tenant, role_ids=frozenset({y.pk}))
    make_client("c", tenant)
    by: dict[str, Any] = {"actor": command_line_in(tenant), "now": NOW}

    assert names_of(tenant, sort="-roles") == ["b", "a", "c"]
    edit_role(x.pk, name="Z", description="", **by)
    assert names_of(tenant, sort="-roles") == ["a", "b", "c"]
    assign_roles(a, frozenset({x.pk}), confirms_administrator=False, expected_version=1, **by)
    assert names_of(tenant, sort="-roles") == ["a", "b", "c"]
    remove_role(x.pk, **by)
    assert names_of(tenant, sort="-roles") == ["b", "a", "c"]
