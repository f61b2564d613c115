"""APIs, and what clients may call, by the REST API."""

from typing import Any

import pytest

from clients_app.models import Tenant
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import let_call, make_api, make_client, make_tenant

GONE = "There is no such API. It may have been removed."
NEW = {
    "Name": "Orders",
    "Identifier": "https://orders.example",
    "Scopes": [{"Name": "read", "Description": "Reads"}, {"Name": "write"}],
}


def test_api_is_added_edited_and_removed(robot: Caller) -> None:
    added = robot.post("Apis", NEW)

    assert added.status_code == 201, added.content
    api = added.json()
    assert api == {
        **NEW,
        "Id": api["Id"],
        "Description": "",
        "Scopes": [{"Name": "read", "Description": "Reads"}, {"Name": "write", "Description": ""}],
    }
    address = f"apis/{api['Id']}"
    assert robot.put(address, api).json() == api
    got = robot.get(address)
    assert robot.put(address, {"Name": "Sales"}, If_Match=got["ETag"]).json()["Name"] == "Sales"
    assert robot.put(address, {"Name": "Other"}, If_Match=got["ETag"]).status_code == 412
    assert robot.put(address, {"Scopes": []}).json()["Scopes"] == []
    assert robot.delete(address).status_code == 204
    refused(robot.get(address), 404, GONE)


def test_apis_are_listed_the_built_in_one_first(member: Caller, tenant: Tenant) -> None:
    make_api("Orders", tenant, "read")
    reply = member.get("Apis")
    assert reply["Total-Count"] == "2"
    first, second = reply.json()
    assert first["Id"] == str(tenant.pk)
    assert [scope["Name"] for scope in first["Scopes"]] == ["api", "ocsapi"]
    assert second["Name"] == "Orders"
    assert [api["Name"] for api in member.get("Apis?query=ORD").json()] == ["Orders"]


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"Name": "x"}, 400, None),
        ({**NEW, "Id": "x"}, 400, "Id: This property cannot be set."),
        ({**NEW, "Scopes": ["read"]}, 400, "Scopes: Send a JSON object."),
        ({**NEW, "Scopes": [{"Nmae": "x"}]}, 400, "Nmae: There is no such property."),
        ({**NEW, "Scopes": [{"Name": None}]}, 400, None),
        ({**NEW, "Scopes": [{"Name": "a b"}]}, 400, None),
        (
            {**NEW, "Name": "Taken"},
            409,
            "Name: There is an API named Taken already. Enter another name.",
        ),
        (
            {**NEW, "Identifier": "urn:pumps:taken"},
            409,
            "Identifier: There is an API with this Identifier already. Enter another Identifier.",
        ),
    ],
)
def test_bad_api_is_refused(robot: Caller, body: Any, status: int, reason: str | None) -> None:
    make_api("Taken", robot.tenant, identifier="urn:pumps:taken")
    reply = robot.post("Apis", body)
    assert reply.status_code == status, reply.content
    if reason:
        refused(reply, status, reason)


def test_built_in_api_stays(robot: Caller) -> None:
    address = f"Apis/{robot.tenant.pk}"
    assert robot.put(address, {"Name": "x"}).status_code == 400
    assert robot.delete(address).status_code == 400


def test_api_that_clients_may_call_is_removed_by_a_second_word(robot: Caller) -> None:
    api = make_api("Orders", robot.tenant, "read")
    let_call(make_client("Pump", robot.tenant).client, api)
    address = f"Apis/{api.pk}"
    refused(
        robot.delete(address),
        409,
        "removeFromClients: 1 clients may call this API. Send true to remove it from them too.",
    )
    assert robot.delete(f"{address}?removeFromClients=yes").status_code == 400
    assert robot.delete(f"{address}?removeFromClients=true").status_code == 204


def test_what_a_client_may_call_is_replaced(robot: Caller, member: Caller) -> None:
    api = make_api("Orders", robot.tenant, "read", "write")
    client = make_client("Pump", robot.tenant).client
    address = f"ClientCredentialClients/{client.pk}/Apis"
    built_in = {"ApiId": str(robot.tenant.pk)}

    got = member.get(address)
    assert got.json() == [
        {**built_in, "Identifier": "http://localhost:8000", "Scopes": ["api", "ocsapi"]}
    ]
    replaced = robot.put(address, [{"ApiId": str(api.pk), "Scopes": ["read"]}])
    orders = {"ApiId": str(api.pk), "Identifier": api.identifier, "Scopes": ["read"]}
    assert replaced.json() == [orders]
    assert robot.put(address, [*got.json(), orders]).json() == [*got.json(), orders]
    assert robot.put(address, []).json() == []
    assert robot.put(address, [], If_Match=got["ETag"]).status_code == 412
    [all_of_them] = robot.put(address, [{"ApiId": str(api.pk)}]).json()
    assert all_of_them["Scopes"] == ["read", "write"]


def test_bad_list_of_apis_is_refused(robot: Caller) -> None:
    api = make_api("Orders", robot.tenant, "read")
    foreign = make_api("Foreign", make_tenant("Cranes"), "read")
    client = make_client("Pump", robot.tenant).client
    address = f"ClientCredentialClients/{client.pk}/Apis"
    one = {"ApiId": str(api.pk)}
    for body, reason in (
        ({}, "Send a list of APIs."),
        ([one, one], "ApiId: Name each API once."),
        ([{}], "ApiId: This field is required."),
        (
            [{"ApiId": str(foreign.pk)}],
            "ApiId: Select APIs from the list. One of them is not there any more.",
        ),
        (
            [{**one, "Scopes": ["other"]}],
            "ApiId: Select scopes of Orders from the list. One is not there any more.",
        ),
        (
            [{"ApiId": str(robot.tenant.pk), "Scopes": ["api"]}],
            "Scopes: Every client has all scopes of the built-in API.",
        ),
    ):
        refused(robot.put(address, body), 400, reason)


def test_only_administrators_change_apis(rotator: Caller, tenant: Tenant) -> None:
    api = make_api("Orders", tenant, "read")
    client = make_client("Pump", tenant).client
    for reply in (
        rotator.post("Apis", NEW),
        rotator.put(f"Apis/{api.pk}", {"Name": "x"}),
        rotator.delete(f"Apis/{api.pk}"),
        rotator.put(f"ClientCredentialClients/{client.pk}/Apis", []),
    ):
        assert reply.status_code == 403


def test_api_of_another_tenant_is_not_found(robot: Caller) -> None:
    foreign = make_api("Foreign", make_tenant("Cranes"), "read")
    for method in ("GET", "DELETE"):
        refused(robot.send(method, f"Apis/{foreign.pk}"), 404, GONE)
    refused(robot.put(f"Apis/{foreign.pk}", {"Name": "x"}), 404, GONE)
