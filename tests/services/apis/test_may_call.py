"""What a client may call: replaced as a whole. RES-2, RES-3, RES-6."""

from typing import Any
from uuid import uuid4

import pytest

from clients_app import audit
from clients_app.errors import ChangedMeanwhile, Forbidden, NotFound, RuleBroken
from clients_app.models import Api, AuditEvent, Client, Person, Tenant
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.apis.may_call import MayCallDraft, draft_of, set_may_call
from tests.actors import actor_for, command_line_in
from tests.factories import let_call, make_api, make_client
from tests.moments import NOW
from tests.refused_values import refused_at

BUILT_IN = "http://localhost:8000"


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant).client


@pytest.fixture
def orders(tenant: Tenant) -> Api:
    return make_api("Orders", tenant, "read", "write", identifier="urn:example:orders")


@pytest.fixture
def stock(tenant: Tenant) -> Api:
    return make_api("Stock", tenant, "count", identifier="urn:example:stock")


def give(client: Client, draft: MayCallDraft, *, expected_version: int | None = None) -> Client:
    actor = command_line_in(client.tenant)
    return set_may_call(client, draft, expected_version=expected_version, actor=actor, now=NOW)


def test_new_client_may_call_the_built_in_api_alone(client: Client):
    assert draft_of(client) == MayCallDraft()
    reach = reach_of(client)
    assert list(reach.targets) == [BUILT_IN]
    assert reach.default == reach.targets[BUILT_IN]


def test_set_may_call_replaces_all_and_records_both(client: Client, orders: Api, stock: Api):
    let_call(client, orders, default=orders, Orders="read")
    changed = let_call(client, stock)

    assert draft_of(changed) == MayCallDraft(apis={stock.pk: frozenset({"count"})})
    assert changed.version == 3
    event = AuditEvent.objects.filter(action="client.apis.changed").latest("sequence")
    assert audit.sentence(event) == "Changed what Pump may call"
    assert [(one.label, one.before, one.after) for one in audit.changes(event)] == [
        (
            "May call",
            ["Built-in API", "urn:example:orders (read)"],
            ["Built-in API", "urn:example:stock (count)"],
        ),
        ("Default API", "urn:example:orders", ""),
    ]


def test_set_may_call_to_the_same_is_no_event_even_from_a_stale_form(client: Client, orders: Api):
    changed = let_call(client, orders)
    events = AuditEvent.objects.count()

    again = give(changed, draft_of(changed), expected_version=1)

    assert (again.version, AuditEvent.objects.count()) == (changed.version, events)
    with pytest.raises(ChangedMeanwhile):
        give(changed, MayCallDraft(), expected_version=1)


@pytest.mark.parametrize(
    ("built_in", "named", "expected"),
    [
        (True, None, None),
        (True, "built-in", None),
        (True, "orders", "orders"),
        (False, "orders", "orders"),
        (False, None, None),
    ],
)
def test_default_api_is_the_named_one_or_the_built_in_one(
    client: Client, orders: Api, built_in: bool, named: str | None, expected: str | None
):
    ids = {"orders": orders.pk, "built-in": client.tenant_id, None: None}
    apis = {orders.pk: frozenset({"read"})}

    changed = give(client, MayCallDraft(built_in=built_in, apis=apis, default_api_id=ids[named]))

    assert draft_of(changed).default_api_id == ids[expected]


def test_client_without_the_built_in_api_and_a_named_default_has_none(client: Client, orders: Api):
    changed = let_call(client, orders, built_in=False)

    assert reach_of(changed).default is None
    assert not changed.may_call_nothing


def test_default_api_that_the_client_may_not_call_is_refused(
    client: Client, orders: Api, stock: Api
):
    apis = {orders.pk: frozenset({"read"})}
    for built_in, default in ((True, stock.pk), (False, client.tenant_id), (True, uuid4())):
        with refused_at("default_api"):
            give(client, MayCallDraft(built_in=built_in, apis=apis, default_api_id=default))


def test_unknown_apis_and_scopes_are_refused(client: Client, orders: Api):
    for apis in ({uuid4(): frozenset()}, {orders.pk: frozenset({"read", "count"})}):
        with refused_at("apis", "not there any more"):
            give(client, MayCallDraft(apis=apis))
    with pytest.raises(RuleBroken):  # it is a switch, not a row
        give(client, MayCallDraft(apis={client.tenant_id: frozenset({"api"})}))


def test_scopes_that_are_too_long_for_a_token_are_refused(client: Client, tenant: Tenant):
    names = [f"{number:0100}" for number in range(21)]
    api = make_api("Long", tenant, *names)

    with pytest.raises(RuleBroken, match="2048 characters"):
        let_call(client, api)

    let_call(client, api, Long=" ".join(names[:20]))


def test_client_with_nothing_to_call_is_marked_until_it_gets_something(client: Client, orders: Api):
    changed = let_call(client, built_in=False)
    assert changed.may_call_nothing
    assert not changed.can_request_tokens(NOW)
    changed = let_call(changed, orders, built_in=False, Orders="")
    assert not changed.may_call_nothing
    assert reach_of(changed).targets["urn:example:orders"].scopes == ()


def test_owners_and_colleagues_cannot_change_what_a_client_may_call(
    client: Client, colleague: Person
):
    client.owners.add(colleague)
    by: dict[str, Any] = {"actor": actor_for(colleague), "now": NOW}
    with pytest.raises(Forbidden):
        set_may_call(client, MayCallDraft(built_in=False), expected_version=None, **by)


def test_client_of_another_tenant_is_as_good_as_none(client: Client, stranger: Person):
    by: dict[str, Any] = {"actor": actor_for(stranger), "now": NOW}
    with pytest.raises(NotFound):
        set_may_call(client, MayCallDraft(built_in=False), expected_version=None, **by)
