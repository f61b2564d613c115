"""The API of a client's token: RFC 8707 section 2, RFC 6749 section 3.3; RES-1 to RES-9."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from clients_app.models import Api, Client, Tenant
from clients_app.oauth.client_query import read_client, stored_client
from tests.factories import let_call, make_api, make_client, make_tenant
from tests.oauth.introspection import introspect, token_of
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import Reply, basic, form

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

Ask = Callable[..., Reply]
BUILT_IN = "http://localhost:8000"
ORDERS = "https://orders.example.com"
STOCK = "urn:example:stock"


@pytest.fixture
def orders(tenant: Tenant) -> Api:
    return make_api("Orders", tenant, "read", "write", identifier=ORDERS)


@pytest.fixture
def stock(tenant: Tenant) -> Api:
    return make_api("Stock", tenant, "count", "read", identifier=STOCK)


@pytest.fixture
def pump(clients: SimpleNamespace, orders: Api, stock: Api) -> SimpleNamespace:
    """A client that may call the built-in API and two others."""
    let_call(clients.good.row, orders, stock)
    return clients.good


def ask_for(ask: Ask, who: SimpleNamespace, *more: tuple[str, str], **params: str) -> Reply:
    return ask(authorization=basic(who.id, who.plain), body=form(GRANT, *more, **params))


def claims_of(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply.body
    claims: dict[str, Any] = jwt.decode(
        reply.json()["access_token"], options={"verify_signature": False}
    )
    assert reply.json().get("scope") == claims.get("scope")
    return claims


@pytest.mark.parametrize(
    ("params", "audience", "scope"),
    [
        ({}, BUILT_IN, "api"),
        ({"resource": ""}, BUILT_IN, "api"),
        ({"resource": BUILT_IN}, BUILT_IN, "api"),
        ({"resource": ORDERS}, ORDERS, "read write"),
        ({"audience": ORDERS}, ORDERS, "read write"),
        ({"resource": ORDERS, "audience": ORDERS}, ORDERS, "read write"),
        ({"resource": STOCK, "scope": "read"}, STOCK, "read"),
        ({"scope": "write"}, ORDERS, "write"),
        ({"scope": "count read"}, STOCK, "count read"),
        ({"scope": "ocsapi"}, BUILT_IN, "ocsapi"),
    ],
)
def test_token_is_for_one_api_with_scopes_of_that_api(
    ask: Ask, pump: SimpleNamespace, params: dict[str, str], audience: str, scope: str
):
    claims = claims_of(ask_for(ask, pump, **params))

    assert (claims["aud"], claims["scope"]) == (audience, scope)


def test_built_in_api_is_also_named_by_the_origin_if_its_identifier_is_another(
    ask: Ask, pump: SimpleNamespace, clients: SimpleNamespace, tenant: Tenant, settings: Any
):
    """RES-9: so a client gets a token for the portal itself (RFC 8707)."""
    settings.TOKEN_AUDIENCE = "https://cds.example"
    Api.objects.get(pk=tenant.pk).introspectors.add(clients.hybrid.row)
    asked = {"none": {}, "scope": {"scope": "api"}, "origin": {"resource": BUILT_IN}}

    found = {name: claims_of(ask_for(ask, pump, **params)) for name, params in asked.items()}
    token = ask_for(ask, pump, audience=BUILT_IN, scope="ocsapi").json()["access_token"]

    assert {name: (one["aud"], one["scope"]) for name, one in found.items()} == {
        "none": ("https://cds.example", "api"),
        "scope": ("https://cds.example", "api"),
        "origin": (BUILT_IN, "api"),
    }
    for caller in (pump, clients.hybrid):
        answer = introspect(caller, token)
        assert (answer["active"], answer["aud"], answer["scope"]) == (True, BUILT_IN, "ocsapi")
    let_call(Client.objects.get(pk=pump.id), make_api("Other", tenant), built_in=False)
    assert not introspect(pump, token)["active"]
    assert ask_for(ask, pump, resource=BUILT_IN).json()["error"] == "invalid_target"


def test_default_api_is_what_requests_without_a_name_get(
    ask: Ask, pump: SimpleNamespace, stock: Api
):
    let_call(Client.objects.get(pk=pump.id), stock, default=stock)

    assert claims_of(ask_for(ask, pump))["aud"] == STOCK


@pytest.mark.both_databases
def test_api_without_scopes_gets_a_token_without_scope(
    ask: Ask, clients: SimpleNamespace, tenant: Tenant
):
    let_call(clients.good.row, make_api("Bare", tenant, identifier="api://bare"), built_in=False)

    reply = ask_for(ask, clients.good, resource="api://bare")

    assert "scope" not in claims_of(reply)
    assert introspect(clients.good, reply.json()["access_token"])["active"]


def test_api_that_is_unknown_foreign_or_not_allowed_is_refused_in_the_same_bytes(
    ask: Ask, pump: SimpleNamespace, tenant: Tenant
):
    make_api("Unused", tenant, "read", identifier="urn:example:not-allowed")
    make_api("Theirs", make_tenant("Contoso"), "read", identifier="urn:example:foreign")
    replies = [
        ask_for(ask, pump, resource=f"urn:example:{one}")
        for one in ("unknown", "foreign", "not-allowed")
    ]

    assert len({(one.status, tuple(one.headers.items()), one.body) for one in replies}) == 1
    assert (replies[0].status, replies[0].json()["error"]) == (400, "invalid_target")


def test_client_named_at_an_api_may_ask_about_tokens_of_that_api_only(
    ask: Ask, pump: SimpleNamespace, clients: SimpleNamespace, orders: Api, tenant: Tenant
):
    gate = clients.hybrid
    of_orders, of_stock = (
        ask_for(ask, pump, resource=one).json()["access_token"] for one in (ORDERS, STOCK)
    )
    assert not introspect(gate, of_orders)["active"]

    orders.introspectors.add(gate.row)

    answer = introspect(gate, of_orders)
    assert (answer["active"], answer["aud"], answer["scope"]) == (True, ORDERS, "read write")
    for token in (of_stock, token_of(pump)):
        assert not introspect(gate, token)["active"]
    Api.objects.get(pk=tenant.pk).introspectors.add(gate.row)
    assert introspect(gate, token_of(pump))["active"]
    assert not introspect(gate, of_stock)["active"]


def test_client_named_at_an_api_of_another_tenant_learns_nothing(
    ask: Ask, pump: SimpleNamespace, clients: SimpleNamespace, orders: Api
):
    theirs = make_client("Theirs", make_tenant("Contoso"))
    orders.introspectors.add(theirs.client)  # no service does this
    stranger = SimpleNamespace(id=str(theirs.client.pk), plain=theirs.plain)

    token = ask_for(ask, pump, resource=ORDERS).json()["access_token"]

    assert not introspect(stranger, token)["active"]


def test_introspection_shows_what_the_client_may_still_do(
    ask: Ask, pump: SimpleNamespace, orders: Api
):
    token = ask_for(ask, pump, resource=ORDERS).json()["access_token"]
    let_call(Client.objects.get(pk=pump.id), orders, Orders="read")
    assert introspect(pump, token)["scope"] == "read"

    let_call(Client.objects.get(pk=pump.id))

    assert not introspect(pump, token)["active"]
    assert introspect(pump, token_of(pump))["active"]
    let_call(Client.objects.get(pk=pump.id), orders, built_in=False)
    assert introspect(pump, token)["active"]


def queries_of(ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many of the endpoint's queries are answered while ``ask`` runs."""
    answered: list[Any] = []
    with monkeypatch.context() as patch:
        patch.setattr(
            "clients_app.oauth.client_query.stored_client",
            lambda *args: answered.append(args) or stored_client(*args),
        )
        ask()
    return len(answered)


def test_one_query_decides_also_for_a_client_with_other_apis(
    pump: SimpleNamespace, orders: Api, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    """Only a process that did not know takes another one, once."""

    def read() -> int:
        return queries_of(lambda: read_client(pump.row.pk, now=now), monkeypatch)

    let_call(Client.objects.get(pk=pump.id))
    assert [read(), read()] == [1, 1]
    let_call(Client.objects.get(pk=pump.id), orders)
    assert [read(), read()] == [2, 1]


def test_refused_apis_take_the_same_queries(
    ask: Ask, pump: SimpleNamespace, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
):
    ask_for(ask, pump)
    make_api("Unused", tenant, "read", identifier="urn:example:not-allowed")
    counts = {
        queries_of(lambda one=one: ask_for(ask, pump, resource=one), monkeypatch)
        for one in (ORDERS, "urn:example:not-allowed", "urn:example:unknown")
    }

    assert counts == {1}
