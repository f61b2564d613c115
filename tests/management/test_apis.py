"""`manage.py apis`: what it prints, saves and refuses."""

import json
from datetime import UTC, datetime

import pytest

from clients_app.models import Api, ApiUsage, AuditEvent, Client, Tenant
from clients_app.services.apis.drafts import ScopeDraft, draft_of
from clients_app.services.apis.may_call import MayCallDraft
from clients_app.services.apis.may_call import draft_of as may_call_of
from tests.factories import let_call, make_api, make_tenant
from tests.management.conftest import Run

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

URI = "https://orders.example.com"


@pytest.fixture
def orders(run: Run, tenant: Tenant) -> Api:
    ended = run(
        *("apis", "add", "Orders", "--identifier", URI, "--description", "Takes orders"),
        *("--scope", "read Read orders", "--scope", "write"),
    )
    api = Api.objects.get(custom_identifier=URI)
    assert ended == (0, f"API added: Orders\nId:        {api.pk}\n", "")
    return api


def test_apis_add_saves_scopes_with_their_descriptions(orders: Api) -> None:
    draft = draft_of(orders)
    assert (draft.name, draft.description) == ("Orders", "Takes orders")
    assert draft.scopes == (
        ScopeDraft(name="read", description="Read orders"),
        ScopeDraft(name="write"),
    )
    assert AuditEvent.objects.get(action="api.added").actor_kind == "command line"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Stock", "--identifier", "stock"), "(--identifier)"),
        (("Stock", "--identifier", "urn:example:a#b"), "(--identifier)"),
        (("Stock", "--identifier", URI), "(--identifier)"),
        (("Stock", "--identifier", "http://localhost:8000"), "(--identifier)"),
        (("Stock", "--identifier", "urn:example:a", "--scope", '"'), "(--scope)"),
        (("ORDERS", "--identifier", "urn:example:a"), "Orders"),
        (("", "--identifier", "urn:example:a"), "Enter a name"),
    ],
)
def test_apis_add_with_an_invalid_value_prints_one_sentence(
    run: Run, orders: Api, words: tuple[str, ...], said: str
) -> None:
    ended = run("apis", "add", *words)

    assert (ended.status, ended.out, ended.error.count("\n")) == (1, "", 1)
    assert said.casefold() in ended.error.casefold()
    assert Api.objects.custom().count() == 1


def test_apis_list_and_show_say_what_there_is(
    run: Run, orders: Api, pump: Client, tenant: Tenant
) -> None:
    let_call(pump, orders)
    orders.introspectors.add(pump)

    lines = run("apis", "list").out.splitlines()
    assert [line.split(maxsplit=3) for line in lines] == [
        ["ID", "CLIENTS", "IDENTIFIER", "NAME"],
        [str(tenant.pk), "1", "http://localhost:8000", "Built-in API"],
        [str(orders.pk), "1", URI, "Orders"],
    ]
    [_, printed] = map(json.loads, run("apis", "list", "--json").out.splitlines())
    model = {
        "Id": str(orders.pk),
        "Name": "Orders",
        "Identifier": URI,
        "Description": "Takes orders",
        "Scopes": [
            {"Name": "read", "Description": "Read orders"},
            {"Name": "write", "Description": ""},
        ],
    }
    assert printed == model | {"Clients": 1, "Tokens30Days": 0}
    shown = json.loads(run("apis", "show", URI, "--json").out)
    assert shown == model | {"Clients": 1, "Introspectors": [str(pump.pk)]}
    for text in (URI, "orders", str(orders.pk)):
        assert run("apis", "show", text).out.splitlines() == [
            "Name:        Orders",
            f"Id:          {orders.pk}",
            f"Identifier:  {URI}",
            "Description: Takes orders",
            "Scope:       read Read orders",
            "Scope:       write",
            f"Clients:     Pump ({pump.pk})",
            f"May ask about its tokens: Pump ({pump.pk})",
        ]
    assert "Scope:       ocsapi" in run("apis", "show", "built-in api").out


def test_apis_edit_changes_only_what_is_named(run: Run, orders: Api) -> None:
    ended = run(
        *("apis", "edit", "Orders", "--identifier", "urn:example:orders"),
        *("--scope", "read Read them", "--scope", "delete", "--remove-scope", "write"),
    )

    assert ended == (0, "Orders is changed.\n", "")
    draft = draft_of(Api.objects.get(pk=orders.pk))
    assert (draft.name, draft.identifier) == ("Orders", "urn:example:orders")
    assert draft.description == "Takes orders"
    assert draft.scopes == (
        ScopeDraft(name="delete"),
        ScopeDraft(name="read", description="Read them"),
    )
    assert run("apis", "edit", "Orders", "--remove-scope", "write").error == (
        "Orders has no scope write.\n"
    )
    assert run("apis", "edit", "built-in API", "--name", "Ours").status == 1


def test_apis_remove_needs_its_name_where_clients_would_be_hit(
    run: Run, orders: Api, pump: Client
) -> None:
    let_call(pump, orders)

    ended = run("apis", "remove", URI)
    assert (ended.status, ended.out) == (1, "")
    assert f"Clients may call it: Pump ({pump.pk})." in ended.error
    assert run("apis", "remove", URI, "--confirm", "orders").status == 1

    assert run("apis", "remove", URI, "--confirm", "Orders").out == (
        "Orders is removed. Its Identifier stays with this tenant.\n"
    )
    assert not Api.objects.custom().exists()


@pytest.mark.both_databases
def test_apis_remove_without_clients_needs_no_name(run: Run, orders: Api) -> None:
    assert run("apis", "remove", "Orders").status == 0


def test_apis_allow_and_disallow_change_one_api_of_a_client(
    run: Run, orders: Api, pump: Client, tenant: Tenant
) -> None:
    stock = make_api("Stock", tenant, "count")
    ended = run("apis", "allow", "Orders", str(pump.pk), "--scope", "read", "--default")
    assert ended == (0, "Pump may call Orders.\n", "")
    run("apis", "allow", stock.identifier, str(pump.pk), "--all-scopes")
    run("apis", "disallow", "Built-in API", str(pump.pk))

    pump.refresh_from_db()
    assert may_call_of(pump) == MayCallDraft(
        built_in=False,
        apis={orders.pk: frozenset({"read"}), stock.pk: frozenset({"count"})},
        default_api_id=orders.pk,
    )
    assert run("apis", "disallow", URI, str(pump.pk)).out == "Pump may not call Orders.\n"
    run("apis", "allow", "http://localhost:8000", str(pump.pk), "--default")
    pump.refresh_from_db()
    assert may_call_of(pump) == MayCallDraft(apis={stock.pk: frozenset({"count"})})


def test_apis_allow_refuses_what_is_not_there(run: Run, orders: Api, pump: Client) -> None:
    for words, said in (
        (("Orders", str(pump.pk), "--scope", "count"), "Select scopes of Orders"),
        (("Built-in API", str(pump.pk), "--scope", "api"), "all scopes of the built-in API"),
        (("Nothing", str(pump.pk)), "There is no API"),
        (("Orders", "nobody"), "There is no client with the name or id nobody."),
    ):
        ended = run("apis", "allow", *words)
        assert (ended.status, ended.out, said in ended.error) == (1, "", True)


def test_apis_of_another_tenant_are_not_found(run: Run, orders: Api) -> None:
    contoso = make_tenant("Contoso")

    ended = run("apis", "show", URI, "--tenant", contoso.name)

    assert ended.error == f"There is no API with the Identifier, name or id {URI}.\n"


@pytest.mark.both_databases
def test_apis_introspectors_replaces_them(run: Run, orders: Api, pump: Client) -> None:
    ended = run("apis", "introspectors", "Orders", "--client", str(pump.pk).upper())
    assert ended == (0, f"Pump ({pump.pk}) may ask about tokens for Orders.\n", "")
    assert orders.introspectors.get() == pump

    assert run("apis", "introspectors", "Orders", "--client", "nobody").error == (
        "There is no client with the name or id nobody.\n"
    )
    assert run("apis", "introspectors", "Orders", "--client", "pump").status == 0
    run("apis", "introspectors", "Orders")

    assert not orders.introspectors.exists()


def test_apis_unused_lists_it_and_takes_it_away(run: Run, orders: Api, pump: Client) -> None:
    let_call(pump, orders)
    now = datetime.now(UTC)
    ApiUsage.objects.create(
        client=pump, api=orders, hour=now, scope="read", is_named=True, tokens=1, last_at=now
    )
    listed = (
        f"{URI}: write\nhttp://localhost:8000: all of it\n"
        "Requests of the last 90 days that would have been refused: 0.\n"
    )

    assert run("apis", "unused", str(pump.pk)).out == listed
    assert run("apis", "unused", str(pump.pk), "--remove").out == (
        f"{listed}Pump may no longer call it.\n"
    )

    pump.refresh_from_db()
    assert may_call_of(pump).apis == {orders.pk: frozenset({"read"})}
    assert run("apis", "unused", str(pump.pk)).out == (
        "It asked for all that it may call in the last 90 days.\n"
    )
