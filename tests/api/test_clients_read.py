"""Reading clients by the REST API."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.api.bodies import OF_NEW_CLIENT
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import (
    insert_clients,
    insert_secrets,
    make_application,
    make_client,
    make_role,
    make_tenant,
    role_id,
)

CLIENTS = "ClientCredentialClients"

pytestmark = pytest.mark.both_databases


def names(reply) -> list[str]:
    return [client["Name"] for client in reply.json()]


def test_client_has_the_properties_of_its_model(member: Caller, tenant: Tenant) -> None:
    role = make_role("Pump reader", tenant)
    made = make_client("Pump", tenant, role_ids=frozenset({role.pk}), tags=("north", "test"))

    reply = member.get(f"{CLIENTS}/{str(made.client.pk).upper()}/")

    assert reply.status_code == 200
    assert reply.json() == {
        "Id": str(made.client.pk),
        "Name": "Pump",
        "Enabled": True,
        "AccessTokenLifetime": 3600,
        "Tags": ["north", "test"],
        "RoleIds": [str(role.pk), str(role_id(tenant, TENANT_MEMBER))],
        **OF_NEW_CLIENT,
    }


def test_head_of_clients_has_the_headers_of_get(member: Caller) -> None:
    for rest in (CLIENTS, f"{CLIENTS}/{member.client.pk}"):
        got, head = member.get(rest), member.send("HEAD", rest)
        assert (head.status_code, head.content) == (200, b"")
        assert head.get("Total-Count") == got.get("Total-Count")


def test_list_is_a_bare_array_with_a_total(member: Caller, tenant: Tenant) -> None:
    for name in ("b", "a", "c"):
        make_client(name, tenant)
    make_application("An application", tenant)

    reply = member.get(f"{CLIENTS}?skip=1&count=2")

    assert names(reply) == ["b", "c"]
    assert reply["Total-Count"] == "4"
    assert names(member.get(f"{CLIENTS}?Skip=4")) == []


def test_list_is_filtered_by_ids_tags_query_and_state(member: Caller, tenant: Tenant) -> None:
    pump = make_client("Pump", tenant, tags=("north", "test")).client
    valve = make_client("Valve", tenant, tags=("north",)).client
    foreign = make_client("Foreign", make_tenant("Cranes")).client

    two = f"{CLIENTS}?id={pump.pk}&id=&id={str(valve.pk).upper()}&id={foreign.pk}&id=nonsense"
    assert names(member.get(two)) == ["Pump", "Valve"]
    assert names(member.get(f"{CLIENTS}?id={uuid4()}")) == []
    assert names(member.get(f"{CLIENTS}?id=nonsense")) == []
    assert names(member.get(f"{CLIENTS}?tag=NORTH&tag=test")) == ["Pump"]
    assert names(member.get(f"{CLIENTS}?query=alv")) == ["Valve"]
    assert names(member.get(f"{CLIENTS}?query=%25_")) == []
    assert names(member.get(f"{CLIENTS}?state=disabled")) == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("count=0", "count: Send a whole number from 1 to 1000."),
        ("count=1001", "count: Send a whole number from 1 to 1000."),
        ("count=1e9", "count: Send a whole number from 1 to 1000."),
        ("count=%D9%A3", "count: Send a whole number from 1 to 1000."),
        ("skip=-1", "skip: Send a whole number from 0 to 1000000000."),
        ("skip=99999999999999999999", "skip: Send a whole number from 0 to 1000000000."),
        ("skip=1&skip=2", "skip: Send this parameter once."),
        ("order=secret__hash", "order: There is no such parameter."),
        ("client__secrets__digest__startswith=$a", None),
    ],
)
def test_list_with_a_wrong_parameter_is_refused(
    member: Caller, query: str, reason: str | None
) -> None:
    reason = reason or f"{query.partition('=')[0]}: There is no such parameter."
    refused(member.get(f"{CLIENTS}?{query}"), 400, reason)


def test_client_that_is_not_there_is_not_found(
    member: Caller, tenant: Tenant, now: datetime
) -> None:
    foreign = make_client("Foreign", make_tenant("Cranes")).client
    other_type = make_application("Rooms", tenant)
    removed = make_client("Removed", tenant).client
    remove_client(removed, actor=command_line_in(tenant), now=now)

    for client_id in (foreign.pk, other_type.pk, removed.pk, uuid4(), "nonsense", "%00"):
        reply = member.get(f"{CLIENTS}/{client_id}")
        refused(reply, 404, "There is no such client.")


@pytest.mark.parametrize("clients", [3, 40])
def test_list_takes_a_constant_number_of_queries(
    member: Caller,
    tenant: Tenant,
    clients: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    insert_clients([f"c{number}" for number in range(clients)], tenant)
    member.get(CLIENTS)
    with django_assert_num_queries(9):
        member.get(CLIENTS)


def test_clients_whose_secrets_expire_before_a_moment(
    member: Caller, tenant: Tenant, now: datetime
) -> None:
    soon, later = now + timedelta(days=10), now + timedelta(days=20)
    make_client("Never", tenant, now=now, expires_at=None)
    make_client("Soon", tenant, now=now, expires_at=soon)
    make_client("Later", tenant, now=now, expires_at=later)
    gone = make_client("Gone", tenant, now=now, expires_at=now + timedelta(seconds=1)).client
    insert_secrets(gone, 1, expires_at=later)

    def found(before: datetime, more: str = "") -> list[str]:
        moment = before.isoformat().replace("+00:00", "Z")
        return names(member.get(f"{CLIENTS}?expiresBefore={moment}{more}"))

    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        assert found(soon) == []
        assert found(soon + timedelta(seconds=1)) == ["Soon"]
        assert found(later + timedelta(seconds=1)) == ["Gone", "Later", "Soon"]
        assert found(later + timedelta(seconds=1), "&query=late") == ["Later"]
        assert found(now) == []
    refused(
        member.get(f"{CLIENTS}?expiresBefore=soon"),
        400,
        "expiresBefore: Send a date and time such as 2027-11-23T10:15:00Z.",
    )
