"""The reads: bound to a tenant, in a constant number of queries, right at the edges of pages."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import selectors
from clients_app.errors import NotFound
from clients_app.models import Client, ClientTag, Person, Tenant, TokenUsage
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER, TENANT_VIEWER
from clients_app.rules.names import key_of
from clients_app.selectors import ClientPage, Show, client_page, installation
from clients_app.services.client_edits import assign_roles
from clients_app.services.list_keys import note_first_role
from clients_app.services.roles import edit_role, remove_role
from tests.factories import (
    NOW,
    SECOND,
    command_line_in,
    insert_clients,
    insert_secrets,
    make_client,
    make_person,
    make_role,
    make_tenant,
    role_id,
)

DAY = timedelta(days=1)


def page_of(tenant: Tenant, **options: Any) -> ClientPage:
    return client_page(tenant.pk, **{"client_type": "client-credentials", "now": NOW, **options})


def names_of(tenant: Tenant, **options: Any) -> list[str]:
    return [client.name for client in page_of(tenant, **options).clients]


def furnish(client: Client) -> None:
    """Give a client roles, tags, secrets and usage."""
    client.roles.add(*client.tenant.roles.all())
    ClientTag.objects.create(client=client, name="North", name_key="north")
    for secret in insert_secrets(client, 3):
        TokenUsage.objects.create(client=client, secret=secret, hour=NOW, last_at=NOW, tokens=5)


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        read()
    return len(queries)


def test_as_many_queries_for_sixty_clients_as_for_one(tenant: Tenant) -> None:
    reads: dict[str, Callable[[], object]] = {
        "page": lambda: page_of(tenant),
        "filtered": lambda: page_of(tenant, q="n"),
        "roles": lambda: selectors.roles_with_counts(tenant.pk),
        "sidebar": lambda: selectors.sidebar_counts(tenant.pk),
        "secrets": lambda: selectors.listed_secrets(client, now=NOW),
        "summary": lambda: selectors.client_summary(client, now=NOW),
        "activity": lambda: selectors.client_activity(tenant.pk, client.pk),
    }
    client = insert_clients(["North 0"], tenant)[0]
    furnish(client)
    few = {name: queries_of(read) for name, read in reads.items()}

    for other in insert_clients((f"North {n}" for n in range(1, 60)), tenant):
        furnish(other)
    insert_secrets(client, 30)
    make_role("Another", tenant)

    assert {name: queries_of(read) for name, read in reads.items()} == few
    assert max(few.values()) <= 5


def test_pages_and_their_edges(tenant: Tenant) -> None:
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


@pytest.mark.parametrize("sort", ["name", "-name", "used", "-used", "expires", "-expires"])
def test_the_pages_of_an_order_are_all_clients_once(tenant: Tenant, sort: str) -> None:
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
    if "name" not in sort:  # those without a value come last, by name, in both directions
        assert names == firsts + [client.name for client in clients[90:]]
        ranks = {"used": lambda n: -(n % 7), "expires": lambda n: n % 5}
        rank = ranks[sort.removeprefix("-")]
        values = [rank(int(name[-3:])) for name in firsts]
        assert values == sorted(values, reverse=sort.startswith("-"))


def in_state(tenant: Tenant) -> None:
    """Add one client for each state that Show tells apart."""
    spans = {"year": 365 * DAY, "in 29 days": 30 * DAY - SECOND, "in 30 days": 30 * DAY}
    for name, span in spans.items():
        make_client(name, tenant, expires_at=NOW + span)
    make_client("never", tenant, expires_at=None)
    none, ended, long_ended, off, idle, busy = insert_clients(
        ["none", "ended", "long ended", "off", "idle", "busy"], tenant
    )
    insert_secrets(ended, 1, expires_at=NOW)
    insert_secrets(long_ended, 1, expires_at=NOW - 91 * DAY)
    insert_secrets(off, 1)
    insert_secrets(idle, 2)
    insert_secrets(busy, 1)
    old = {"created_at": NOW - 200 * DAY}
    Client.objects.filter(pk=none.pk).update(**old)
    Client.objects.filter(pk=off.pk).update(is_enabled=False)
    Client.objects.filter(pk=idle.pk).update(last_token_at=NOW - 90 * DAY - SECOND, **old)
    Client.objects.filter(pk=busy.pk).update(last_token_at=NOW - 90 * DAY, **old)


@pytest.mark.parametrize(
    ("show", "names"),
    [
        (Show.DISABLED, ["off"]),
        (Show.EXPIRING, ["in 29 days"]),
        (Show.EXPIRED, ["ended"]),
        (Show.NEVER, ["never"]),
        (Show.NO_SECRETS, ["long ended", "none"]),
        (Show.UNUSED, ["idle", "none"]),
        (Show.REMOVED, []),
    ],
)
def test_show_tells_states_apart(tenant: Tenant, show: Show, names: list[str]) -> None:
    in_state(tenant)
    page = page_of(tenant, show=show)

    assert [client.name for client in page.clients] == names
    assert page.counts["client-credentials"] == page.total == len(names)
    assert page.unfiltered == 10
    assert len(names_of(tenant, show=Show.ACTIVE)) == 9
    assert len(names_of(tenant)) == 10


def test_show_finds_those_without_owner_and_with_an_old_secret(tenant: Tenant) -> None:
    owned, old, new = insert_clients(["owned", "old", "new"], tenant)
    owned.owners.add(make_person("olga", tenant))
    for client, age in ((old, 365 * DAY + SECOND), (new, 365 * DAY)):
        insert_secrets(client, 1, created_at=NOW - age)
        insert_secrets(client, 1, created_at=NOW - 900 * DAY, expires_at=NOW)  # ended

    assert names_of(tenant, show=Show.NO_OWNER) == ["new", "old"]
    assert names_of(tenant, show=Show.OLD) == ["old"]


def test_removed_clients_are_shown_alone_and_for_30_days(tenant: Tenant) -> None:
    late, lately, _present = insert_clients(["late", "lately", "present"], tenant)
    Client.objects.filter(pk=late.pk).update(removed_at=NOW - 30 * DAY)
    Client.objects.filter(pk=lately.pk).update(removed_at=NOW - 30 * DAY + SECOND)

    assert names_of(tenant, show=Show.REMOVED) == ["lately"]
    assert names_of(tenant) == ["present"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["a", "b", "c", "d"]),
        ("-name", ["d", "c", "b", "a"]),
        ("status", ["b", "c", "d", "a"]),
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
def test_sorted_by_each_column(tenant: Tenant, sort: str, names: list[str]) -> None:
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
        note_first_role(client)

    assert names_of(tenant, sort=sort) == names


def test_a_state_is_told_after_what_the_row_says_is_over(tenant: Tenant) -> None:
    both, one, endless = insert_clients(("both", "one", "endless"), tenant)
    insert_secrets(both, 1, expires_at=NOW + DAY)
    insert_secrets(both, 1, expires_at=NOW + 50 * DAY)
    insert_secrets(one, 1, expires_at=NOW + 2 * DAY)
    insert_secrets(endless, 1, expires_at=NOW + DAY)
    insert_secrets(endless, 1, expires_at=None)

    def names(days: int, **options: Any) -> list[str]:
        return names_of(tenant, now=NOW + days * DAY, **options)

    assert names(0, show=Show.EXPIRING) == ["both", "endless", "one"]
    assert names(0, sort="expires") == ["both", "endless", "one"]
    assert names(3, show=Show.EXPIRING) == []
    assert names(21, show=Show.EXPIRING) == ["both"]
    assert names(3, show=Show.EXPIRED) == ["one"]
    assert names(3, show=Show.NEVER) == ["endless"]
    assert names(3, show=Show.NO_SECRETS) == []
    assert names(3, sort="expires") == ["one", "both", "endless"]
    assert names(3, sort="-expires") == ["both", "one", "endless"]
    assert names(93, show=Show.NO_SECRETS) == ["one"]
    assert names(93, show=Show.EXPIRED) == ["both"]
    assert names(93, sort="expires") == ["both", "endless", "one"]


def test_the_order_by_roles_follows_what_is_done_to_roles(tenant: Tenant) -> None:
    x, y = make_role("X", tenant), make_role("Y", tenant)
    a = make_client("a", tenant, role_ids=frozenset({x.pk, y.pk})).client
    make_client("b", tenant, role_ids=frozenset({y.pk}))
    make_client("c", tenant)
    by: dict[str, Any] = {"actor": command_line_in(tenant), "now": NOW}

    assert names_of(tenant, sort="-roles") == ["b", "a", "c"]
    edit_role(x.pk, name="Z", description="", **by)
    assert names_of(tenant, sort="-roles") == ["a", "b", "c"]
    assign_roles(a, frozenset({x.pk}), confirms_administrator=False, version=1, **by)
    assert names_of(tenant, sort="-roles") == ["a", "b", "c"]
    remove_role(x.pk, **by)
    assert names_of(tenant, sort="-roles") == ["b", "a", "c"]


def test_the_migration_says_of_old_rows_what_the_services_say(tenant: Tenant) -> None:
    make_client("a", tenant, role_ids=frozenset({make_role("X", tenant).pk}))
    make_client("b", tenant, TENANT_VIEWER, expires_at=None)
    insert_secrets(insert_clients("c", tenant)[0], 2, expires_at=NOW - DAY)
    insert_secrets(make_client("d", tenant).client, 1, expires_at=NOW - DAY)
    columns = ("name", "next_expires_at", "never_expires", "first_role_key")
    said = list(Client.objects.order_by("name").values_list(*columns))
    Client.objects.update(next_expires_at=None, never_expires=False, first_role_key="")

    import_module("clients_app.migrations.0010_client_list").note(apps, None)

    assert list(Client.objects.order_by("name").values_list(*columns)) == said


def test_a_role_and_a_filter_are_both_asked_for(tenant: Tenant) -> None:
    role = make_role("Pumps", tenant)
    one, two, _three = insert_clients(["one", "two", "three"], tenant)
    for client in (one, two):
        client.roles.add(role)

    assert names_of(tenant, role_id=role.pk) == ["one", "two"]
    assert names_of(tenant, role_id=role.pk, q="tw") == ["two"]
    assert names_of(tenant, role_id=uuid4()) == []


def test_a_list_is_by_name_whatever_its_case(tenant: Tenant) -> None:
    insert_clients(["b", "C", "A", "d"], tenant)

    assert names_of(tenant) == ["A", "b", "C", "d"]


def test_each_type_is_counted_and_listed_apart(tenant: Tenant) -> None:
    insert_clients(["a", "b"], tenant)
    hybrid = insert_clients(["hybrid b"], tenant)[0]
    Client.objects.filter(pk=hybrid.pk).update(client_type="hybrid")

    counts = page_of(tenant).counts
    assert counts == {"client-credentials": 2, "hybrid": 1, "authorization-code": 0}
    assert names_of(tenant, client_type="hybrid") == ["hybrid b"]
    assert names_of(tenant, client_type="authorization-code") == []
    assert page_of(tenant, q="hybrid").counts["client-credentials"] == 0


def test_removed_clients_are_gone(tenant: Tenant) -> None:
    gone, kept = insert_clients(["gone", "kept"], tenant)
    Client.objects.filter(pk=gone.pk).update(removed_at=NOW)

    assert names_of(tenant) == ["kept"]
    assert selectors.sidebar_counts(tenant.pk).clients == 1
    assert not selectors.name_is_taken(tenant.pk, "gone")
    with pytest.raises(NotFound):
        selectors.get_client(tenant.pk, gone.pk)
    assert selectors.get_client(tenant.pk, kept.pk) == kept


def test_a_removed_client_can_be_found_for_thirty_days(tenant: Tenant) -> None:
    gone = insert_clients(["gone"], tenant)[0]
    for removed_at, found in ((NOW - 30 * DAY + SECOND, True), (NOW - 30 * DAY - SECOND, False)):
        Client.objects.update(removed_at=removed_at)
        if found:
            assert selectors.get_removed_client(tenant.pk, gone.pk, now=NOW) == gone
        else:
            with pytest.raises(NotFound):
                selectors.get_removed_client(tenant.pk, gone.pk, now=NOW)


def test_nothing_of_another_tenant_is_seen(tenant: Tenant) -> None:
    other = make_tenant("Contoso")
    theirs = make_client("Pump", other, tags=("north",)).client
    make_role("Theirs", other)

    assert page_of(tenant).total == 0
    assert names_of(tenant, q="pump") == names_of(tenant, q="north") == []
    assert names_of(tenant, q=str(theirs.pk)) == []
    assert selectors.sidebar_counts(tenant.pk) == (0, 7)
    assert "Theirs" not in [role.name for role in selectors.tenant_roles(tenant.pk)]
    assert selectors.client_activity(tenant.pk, theirs.pk) == []
    for nowhere in (theirs.pk, uuid4(), UUID(int=0)):
        with pytest.raises(NotFound, match="There is no such client"):
            selectors.get_client(tenant.pk, nowhere)


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
    ("\0", []),
    ("pu\0mp", []),
    ("x" * 200_000, []),
    ("\ud800", []),
]


@pytest.mark.parametrize(("q", "names"), FILTERS, ids=[repr(q)[:20] for q, _ in FILTERS])
def test_filter_by_name_and_tag(tenant: Tenant, q: str, names: list[str]) -> None:
    clients = insert_clients(["100% Pump_1", "Caf\u00e9", "Straße", "Valve"], tenant)
    for name in ("North West", "North West 2"):
        ClientTag.objects.create(client=clients[3], name=name, name_key=key_of(name))

    page = page_of(tenant, q=q)

    assert [client.name for client in page.clients] == names
    assert page.total == len(names)


def test_filter_by_the_beginning_of_an_id(tenant: Tenant) -> None:
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
    assert names_of(tenant, q="cdef") == []  # the beginning alone
    assert names_of(tenant, q="-") == []


def test_what_the_list_says_of_expiry(tenant: Tenant) -> None:
    names = ("a live", "b never", "c expired", "d long expired", "e none", "f removed", "g at once")
    live, never, expired, long_ago, _, removed, at_once = insert_clients(names, tenant)
    insert_secrets(live, 2, expires_at=NOW + DAY)
    insert_secrets(live, 1, expires_at=NOW + SECOND)
    insert_secrets(live, 1, expires_at=NOW - DAY)
    insert_secrets(live, 1, expires_at=NOW - 2 * DAY)
    insert_secrets(never, 1, expires_at=None)
    insert_secrets(expired, 1, expires_at=NOW - 90 * DAY + SECOND)
    insert_secrets(long_ago, 1, expires_at=NOW - 90 * DAY)
    insert_secrets(removed, 1, retired_at=NOW)
    insert_secrets(at_once, 1, expires_at=NOW)

    said = [
        (client.name[0], client.live_secrets, client.first_expiry, client.last_expired)
        for client in page_of(tenant).clients
    ]

    assert said == [
        ("a", 3, NOW + SECOND, NOW - DAY),
        ("b", 1, None, None),
        ("c", 0, None, NOW - 90 * DAY + SECOND),
        ("d", 0, None, None),
        ("e", 0, None, None),
        ("f", 0, None, None),
        ("g", 0, None, NOW),
    ]


def test_roles_in_the_order_of_the_screen(tenant: Tenant) -> None:
    zebra, apple = make_role("zebra", tenant), make_role("Apple", tenant)
    client = insert_clients(["a"], tenant)[0]
    client.roles.add(zebra, apple, role_id(tenant, TENANT_MEMBER))

    assert page_of(tenant).clients[0].role_names == ["Apple", "zebra", "Tenant Member"]
    assert [role.name for role in selectors.client_roles(client)] == [
        "Apple",
        "zebra",
        "Tenant Member",
    ]
    assert [role.name for role in selectors.tenant_roles(tenant.pk)][:3] == [
        "Apple",
        "zebra",
        "Secret Rotator",
    ]


def test_how_many_carry_a_role(tenant: Tenant) -> None:
    role = make_role("MyData", tenant)
    clients = insert_clients(["a", "b", "gone"], tenant)
    for client in clients:
        client.roles.add(role)
    Client.objects.filter(name="gone").update(removed_at=NOW)
    make_person("ann", tenant).roles.add(role)

    held = selectors.roles_with_counts(tenant.pk)[0]
    assert (held.client_count, held.person_count) == (2, 1)


def test_secrets_newest_first_with_their_use(tenant: Tenant) -> None:
    client = insert_clients(["a"], tenant)[0]
    old, new, _ = insert_secrets(client, 3)
    insert_secrets(client, 1, retired_at=NOW)
    insert_secrets(client, 1, expires_at=NOW - 90 * DAY)
    for hours, tokens, address in ((1, 3, "192.0.2.1"), (2, 4, "192.0.2.2"), (24 * 8, 100, None)):
        hour = NOW - timedelta(hours=hours)
        TokenUsage.objects.create(
            client=client,
            secret=old,
            hour=hour,
            last_at=hour,
            tokens=tokens,
            last_address=address,
        )

    secrets = selectors.listed_secrets(client, now=NOW)

    assert [secret.pk for secret in secrets] == [old.pk + 2, new.pk, old.pk]
    assert (secrets[2].tokens_7_days, secrets[2].last_used_address) == (7, "192.0.2.1")
    assert secrets[2].last_used_at == NOW - timedelta(hours=1)
    assert (secrets[1].tokens_7_days, secrets[1].last_used_at) == (0, None)
    summary = selectors.client_summary(client, now=NOW)
    assert (summary.tokens_7_days, summary.last_address) == (7, "192.0.2.1")
    assert selectors.get_secret(client, old.pk, now=NOW).tokens_7_days == 7


def test_a_secret_is_found_at_its_client_alone(tenant: Tenant) -> None:
    mine, other = insert_clients(["mine", "other"], tenant)
    secret = insert_secrets(other, 1)[0]

    for secret_id in (secret.pk, 0, 2**63, 10**30):
        with pytest.raises(NotFound):
            selectors.get_secret(mine, secret_id, now=NOW)


def test_a_client_without_use(tenant: Tenant) -> None:
    client = insert_clients(["a"], tenant)[0]

    summary = selectors.client_summary(client, now=NOW)
    assert (summary.tokens_7_days, summary.last_address) == (0, None)
    assert selectors.listed_secrets(client, now=NOW) == []


def test_the_last_events_of_a_client_newest_first(tenant: Tenant) -> None:
    client = make_client("Pump", tenant).client
    make_client("Valve", tenant)

    actions = [event.action for event in selectors.client_activity(tenant.pk, client.pk)]
    assert actions == ["client.secret.added", "client.added"]
    last = selectors.client_activity(tenant.pk, client.pk, limit=1)
    assert [event.action for event in last] == ["client.secret.added"]


def test_a_tenant_by_its_name(tenant: Tenant) -> None:
    assert installation.tenant_named(tenant.name) == tenant
    assert installation.first_tenant() == tenant
    with pytest.raises(NotFound, match="named Nowhere"):
        installation.tenant_named("Nowhere")


def test_who_administers(tenant: Tenant, administrator: Person) -> None:
    make_person("vic", tenant, TENANT_VIEWER)
    idle = make_person("idle", tenant, TENANT_ADMINISTRATOR)
    Person.objects.filter(pk=idle.pk).update(is_active=False)

    assert list(selectors.people_who_administer(tenant.pk)) == [administrator]
    assert installation.administrators_exist()
    Person.objects.filter(pk=administrator.pk).update(is_active=False)
    assert not installation.administrators_exist()
