"""Roles by the REST API."""

from uuid import uuid4

from clients_app.rules.built_in_roles import TENANT_CUSTOM, TENANT_MEMBER
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_client, make_role, make_tenant, role_id

GONE = "There is no such role. It may have been removed."


def test_member_role_is_found_by_its_role_type_id(member: Caller) -> None:
    reply = member.get(f"Roles?roleTypeId={str(TENANT_MEMBER).upper()}")

    assert reply["Total-Count"] == "1"
    [role] = reply.json()
    assert role == {
        "Id": str(role_id(member.tenant, TENANT_MEMBER)),
        "Name": "Tenant Member",
        "Description": role["Description"],
        "RoleScope": 1,
        "TenantId": str(member.tenant.pk),
        "CommunityId": None,
        "RoleTypeId": str(TENANT_MEMBER),
    }
    assert member.get(f"roles/{role['Id'].upper()}/").json() == role
    refused(member.get("Roles?roleTypeId=nonsense"), 400, "roleTypeId: Send a GUID.")


def test_roles_are_paged_and_searched(member: Caller) -> None:
    make_role("Pump reader", member.tenant)
    assert member.get("Roles?skip=1&count=2")["Total-Count"] == "8"
    assert [role["Name"] for role in member.get("Roles?query=PUMP").json()] == ["Pump reader"]


def test_custom_role_is_added_edited_and_removed(robot: Caller) -> None:
    body = {"Id": None, "Name": "Valve", "Description": "d", "RoleScope": 1, "CommunityId": None}
    added = robot.post("Roles", {**body, "RoleTypeId": str(TENANT_CUSTOM)})

    assert added.status_code == 201
    role = added.json()
    assert added["Location"].endswith(f"/Roles/{role['Id']}")
    assert (role["Name"], role["RoleTypeId"]) == ("Valve", str(TENANT_CUSTOM))
    refused(
        robot.post("Roles", {"Name": "VALVE"}),
        409,
        "Name: There is a role named VALVE already. Enter another name.",
    )
    address = f"Roles/{role['Id']}"
    assert robot.put(address, role).json() == role
    assert robot.put(address, {"Name": "Pipe"}).json() == {**role, "Name": "Pipe"}
    assert robot.put(address, {"Name": "x"}, If_Match=added.get("ETag", '"x"')).status_code == 412
    assert (robot.delete(address).status_code, robot.delete(address).status_code) == (204, 404)


def test_bad_role_is_refused(robot: Caller, member: Caller) -> None:
    sentence = "This property cannot be set."
    refused(robot.post("Roles", {"Name": "x", "RoleScope": 2}), 400, f"RoleScope: {sentence}")
    refused(robot.post("Roles", {"Name": "x", "Id": str(uuid4())}), 400, f"Id: {sentence}")
    refused(
        robot.post("Roles", {"Name": "x", "RoleTypeId": str(TENANT_MEMBER)}),
        400,
        f"RoleTypeId: {sentence}",
    )
    refused(robot.post("Roles", {}), 400, "Name: Enter a name of 1 to 60 characters.")
    refused(member.post("Roles", {"Name": "x"}), 403, "Only Tenant Administrators can add a role.")


def test_built_in_role_stays(robot: Caller) -> None:
    address = f"Roles/{role_id(robot.tenant, TENANT_MEMBER)}"
    sentence = "Built-in roles can be neither edited nor removed."
    refused(robot.put(address, {"Name": "x"}), 400, sentence)
    refused(robot.delete(address), 400, sentence)


def test_role_of_another_tenant_is_not_found(robot: Caller) -> None:
    foreign = make_role("Foreign", make_tenant("Cranes"))
    for rest in ("", "/ClientCredentialClients"):
        refused(robot.get(f"Roles/{foreign.pk}{rest}"), 404, GONE)
    refused(robot.put(f"Roles/{foreign.pk}", {"Name": "x"}), 404, GONE)
    refused(robot.delete(f"Roles/{foreign.pk}"), 404, GONE)


def test_roles_of_a_client_are_found_by_name(robot: Caller) -> None:
    roles = f"ClientCredentialClients/{robot.client.pk}/Roles"
    reply = robot.get(f"{roles}?query=administr")
    assert [role["Name"] for role in reply.json()] == ["Tenant Administrator"]
    assert reply["Total-Count"] == "1"
    whole = robot.get(f"{roles}?query=")  # as programs for CDS send it
    assert (whole["Total-Count"], whole["ETag"]) == ("2", reply["ETag"])


def test_clients_of_a_role_are_listed(member: Caller) -> None:
    role = make_role("Pump reader", member.tenant)
    make_client("Pump", member.tenant, role_ids=frozenset({role.pk}))
    reply = member.get(f"Roles/{role.pk}/clientcredentialclients?count=1")
    assert ([one["Name"] for one in reply.json()], reply["Total-Count"]) == (["Pump"], "1")


def test_roles_of_a_client_are_replaced_and_member_stays(robot: Caller) -> None:
    role = make_role("Pump reader", robot.tenant)
    pump = make_client("Pump", robot.tenant).client
    address = f"ClientCredentialClients/{pump.pk}/Roles"

    got = robot.get(address)
    assert [one["Name"] for one in got.json()] == ["Tenant Member"]
    replaced = robot.put(address, [{"Id": str(role.pk)}], If_Match=got["ETag"])
    assert [one["Name"] for one in replaced.json()] == ["Tenant Member", "Pump reader"]
    assert robot.put(address, replaced.json()).json() == replaced.json()
    assert robot.put(address, [], If_Match=got["ETag"]).status_code == 412
    assert [one["Name"] for one in robot.put(address, []).json()] == ["Tenant Member"]
    refused(robot.put(address, {}), 400, "Send a list of roles.")
    refused(robot.put(address, [{}]), 400, "Id: This field is required.")
    refused(
        robot.put(address, [{"Id": str(uuid4())}]),
        400,
        ("Id: Select roles from the list. One of them is not there any more."),
    )
