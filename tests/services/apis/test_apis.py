"""Adding, editing and removing APIs. RES-1 to RES-5."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import audit
from clients_app.errors import ChangedMeanwhile, Conflict, Forbidden, NotFound, RuleBroken
from clients_app.models import Api, ApiHour, ApiScope, ApiUsage, AuditEvent, Person, Tenant
from clients_app.selectors.apis.apis import apis_with_counts, callers_stamp, get_api, tenant_apis
from clients_app.selectors.apis.may_call import reach_of
from clients_app.selectors.apis.usage import requests_of
from clients_app.services.apis.apis import add_api, edit_api, remove_api, set_introspectors
from clients_app.services.apis.drafts import ScopeDraft, draft_of
from clients_app.services.retention import remove_old
from tests.actors import actor_for, command_line_in
from tests.factories import insert_apis, let_call, make_api, make_client, make_tenant
from tests.moments import NOW
from tests.refused_values import refused_at
from tests.services.apis.changes import DRAFT, add, edit, remove


def last_event(action: str) -> AuditEvent:
    return AuditEvent.objects.filter(action=action).latest("sequence")


def test_new_tenant_has_the_built_in_api(tenant: Tenant, settings: Any):
    [api] = tenant_apis(tenant.pk)

    assert (api.pk, api.name, api.is_built_in) == (tenant.pk, "Built-in API", True)
    assert (api.identifier, api.scope_names()) == ("http://localhost:8000", ("api", "ocsapi"))
    settings.TOKEN_AUDIENCE, settings.API_SCOPES = "https://cds.example", ["one"]
    assert (api.identifier, api.scope_names()) == ("https://cds.example", ("one",))


def test_add_api_saves_its_fields_and_scopes_and_records_them(tenant: Tenant):
    api = add(tenant)

    stored = get_api(tenant.pk, api.pk)
    assert draft_of(stored) == replace(DRAFT, scopes=DRAFT.scopes[::-1])
    assert (stored.version, stored.created_at, stored.created_by) == (1, NOW, "command line")
    event = last_event("api.added")
    assert audit.sentence(event) == "Added API Orders"
    assert [(one.label, one.after) for one in audit.changes(event)] == [
        ("Name", "Orders"),
        ("Description", "Takes orders"),
        ("Identifier", "https://orders.example.com"),
        ("Scopes", ["read: Read orders", "write"]),
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"identifier": "orders"}, "identifier"),
        ({"description": "d" * 501}, "description"),
        ({"scopes": (ScopeDraft(name="a b"),)}, "scopes"),
        ({"scopes": (ScopeDraft(name="a"), ScopeDraft(name=" a"))}, "scopes"),
        ({"scopes": (ScopeDraft(name="a", description="d" * 201),)}, "scopes"),
        ({"scopes": tuple(ScopeDraft(name=f"s{n}") for n in range(101))}, "scopes"),
    ],
)
def test_add_api_over_a_limit_is_refused(tenant: Tenant, fields: dict[str, Any], field: str):
    with refused_at(field):
        add(tenant, **fields)

    assert not Api.objects.custom().exists()


def test_add_api_at_the_limits_works(tenant: Tenant):
    scopes = tuple(ScopeDraft(name=f"{n:0100}", description="d" * 200) for n in range(100))
    api = add(tenant, name="n" * 200, identifier="api://" + "a" * 244, scopes=scopes)

    assert len(get_api(tenant.pk, api.pk).scope_names()) == 100


def test_tenant_has_at_most_200_apis(tenant: Tenant):
    insert_apis(tenant, 199, scopes=0)
    add(tenant)

    with pytest.raises(RuleBroken, match="200 APIs"):
        make_api("One more", tenant)


def test_name_of_an_api_is_unique_in_its_tenant_ignoring_case(tenant: Tenant):
    add(tenant)
    for name in ("ORDERS", "built-in api"):
        with pytest.raises(Conflict) as caught:
            add(tenant, name=name, identifier="urn:example:other")
        assert caught.value.field == "name"
    add(make_tenant("Contoso"), identifier="urn:example:theirs")


def test_edit_api_changes_fields_and_scopes_and_records_what_differs(tenant: Tenant):
    api = add(tenant)
    client = let_call(make_client("Pump", tenant).client, api)

    edited = edit(
        api,
        name="Purchase orders",
        identifier="urn:example:orders",
        scopes=(ScopeDraft(name="read"), ScopeDraft(name="delete")),
    )

    assert edited.version == 2
    [target] = [one for one in reach_of(client).targets.values() if one.scopes != ("api", "ocsapi")]
    assert (target.identifier, target.scopes) == ("urn:example:orders", ("read",))
    changes = audit.changes(last_event("api.edited"))
    assert [(one.label, one.before, one.after) for one in changes] == [
        ("Name", "Orders", "Purchase orders"),
        ("Identifier", "https://orders.example.com", "urn:example:orders"),
        ("Scopes", ["read: Read orders", "write"], ["delete", "read"]),
    ]


def test_edit_api_with_a_stale_form_is_refused_and_without_change_is_no_event(tenant: Tenant):
    api = add(tenant)
    events = AuditEvent.objects.count()
    edit(api)
    assert AuditEvent.objects.count() == events
    edit(api, description="")

    with pytest.raises(ChangedMeanwhile):
        edit(api, name="Other")


def test_built_in_api_can_be_neither_edited_nor_removed(tenant: Tenant):
    built_in = get_api(tenant.pk, tenant.pk)
    for change in (lambda: edit(built_in, identifier="urn:ex:a"), lambda: remove(built_in)):
        with pytest.raises(RuleBroken, match="built-in API"):
            change()


def test_remove_api_takes_it_from_all_clients_and_records_how_many(tenant: Tenant):
    orders, stock = add(tenant), make_api("Stock", tenant, "count")
    pump, valve, tap = (make_client(name, tenant).client for name in ("Pump", "Valve", "Tap"))
    let_call(pump, orders)
    let_call(valve, orders, built_in=False)
    let_call(tap, orders, stock, built_in=False)

    remove(orders, seen=callers_stamp(orders))

    assert not ApiScope.objects.filter(name="read").exists()
    for client, identifiers, nothing in (
        (pump, ["http://localhost:8000"], False),
        (valve, [], True),
        (tap, [stock.identifier], False),
    ):
        client.refresh_from_db()
        assert list(reach_of(client).targets) == identifiers
        assert client.may_call_nothing is nothing
    [*_, last] = audit.changes(last_event("api.removed"))
    assert (last.label, last.before) == ("Clients", 3)


def test_remove_api_leaves_its_counts_to_retention_and_nobody_sees_them(tenant: Tenant):
    """A busy API has a hundred million, and other writers would wait for their deletion."""
    orders, stock = add(tenant), make_api("Stock", tenant)
    pump = let_call(make_client("Pump", tenant).client, orders, stock)
    asked = {"client": pump, "hour": NOW, "last_at": NOW, "is_named": True, "tokens": 1}
    for api in (orders, stock):
        ApiUsage.objects.create(api=api, scope="", **asked)
        ApiHour.objects.create(api=api, hour=NOW, tokens=1)

    with CaptureQueriesContext(connection) as asked_of_database:
        remove(orders, seen=callers_stamp(orders))

    statements = [one["sql"] for one in asked_of_database]
    assert not [one for one in statements if "_apiusage" in one or "_apihour" in one]
    assert [one.identifier for one in requests_of(pump, now=NOW)] == [stock.identifier]
    remove_old(now=NOW + timedelta(days=91))
    assert not ApiUsage.objects.exists()
    assert not ApiHour.objects.exists()


def test_remove_api_is_refused_if_other_clients_may_call_it_than_were_listed(tenant: Tenant):
    api = add(tenant)
    seen = callers_stamp(api)
    let_call(make_client("Pump", tenant).client, api)

    with pytest.raises(Conflict, match="has changed"):
        remove(api, seen=seen)

    remove(api)


def test_api_of_another_tenant_is_as_good_as_none(tenant: Tenant):
    api, actor = add(make_tenant("Contoso")), command_line_in(tenant)
    client = make_client("Pump", tenant).client
    edits: list[Any] = [
        lambda **by: edit_api(api.pk, DRAFT, expected_version=None, **by),
        lambda **by: remove_api(api.pk, seen=None, **by),
        lambda **by: set_introspectors(api.pk, frozenset(), expected_version=None, **by),
    ]
    for change in edits:
        with pytest.raises(NotFound):
            change(actor=actor, now=NOW)
    with pytest.raises(RuleBroken, match="not there any more"):
        let_call(client, api)


def test_people_other_than_administrators_only_read(tenant: Tenant, colleague: Person):
    with pytest.raises(Forbidden):
        add_api(DRAFT, actor=actor_for(colleague), now=NOW)


def test_introspectors_are_clients_of_the_tenant_with_secrets(tenant: Tenant):
    api = add(tenant)
    gate = make_client("Gate", tenant).client
    theirs = make_client("Theirs", make_tenant("Contoso")).client

    def name(*clients: Any) -> Api:
        ids = frozenset(client.pk for client in clients)
        actor = command_line_in(tenant)
        return set_introspectors(api.pk, ids, expected_version=None, actor=actor, now=NOW)

    assert list(name(gate).introspectors.all()) == [gate]
    [change] = audit.changes(last_event("api.introspectors.changed"))
    assert (change.label, change.after) == ("Clients that may ask about its tokens", ["Gate"])
    for others in ((theirs,), (gate, theirs)):
        with refused_at("introspectors"):
            name(*others)
    assert not name().introspectors.exists()


def test_list_of_apis_has_counts(tenant: Tenant):
    orders = add(tenant)
    pump, valve = (make_client(name, tenant).client for name in ("Pump", "Valve"))
    let_call(pump, orders)
    let_call(valve, orders, built_in=False)

    rows = apis_with_counts(tenant.pk, now=NOW)

    assert [(one.name, one.scope_count, one.client_count, one.tokens_30_days) for one in rows] == [
        ("Built-in API", 2, 1, 0),
        ("Orders", 2, 2, 0),
    ]
