"""Editing and removing clients by the REST API."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from clients_app.models import AuditEvent, Client, ClientSecret
from clients_app.rules.built_in_roles import TENANT_AUDITOR, TENANT_MEMBER
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_client, make_tenant, role_id

CLIENTS = "ClientCredentialClients"


def test_put_changes_what_the_body_has(robot: Caller) -> None:
    pump = make_client("Pump", robot.tenant, tags=("north",), description="For the pump").client
    address = f"{CLIENTS}/{pump.pk}"

    reply = robot.put(address, {"Name": "Valve", "Enabled": False, "Tags": None, "Id": None})

    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert (body["Name"], body["Enabled"], body["Tags"]) == ("Valve", False, ["north"])
    assert body["Description"] == "For the pump"
    assert robot.put(address, {"Tags": [], "Enabled": True}).json()["Tags"] == []


def test_put_accepts_what_get_returns_and_changes_nothing(robot: Caller) -> None:
    pump = make_client("Pump", robot.tenant).client
    address = f"{CLIENTS}/{pump.pk}"
    body, events = robot.get(address).json(), AuditEvent.objects.count()

    reply = robot.put(address, body)

    assert (reply.status_code, reply.json()) == (200, body)
    assert AuditEvent.objects.count() == events
    refused(
        robot.put(address, {**body, "Id": str(uuid4())}), 400, "Id: This property cannot be set."
    )


def test_put_of_a_bad_client_is_refused_whole(robot: Caller) -> None:
    pump = make_client("Pump", robot.tenant).client
    address = f"{CLIENTS}/{pump.pk}"
    before = robot.get(address).json()

    robot.put(address, {"Enabled": False, "Name": "Robot"})
    robot.put(address, {"Enabled": False, "AccessTokenLifetime": 1})
    robot.put(address, {"Enabled": False, "Nmae": "x"})

    assert robot.get(address).json() == before


def test_put_with_an_etag_that_is_outdated_is_refused(robot: Caller) -> None:
    pump = make_client("Pump", robot.tenant).client
    address = f"{CLIENTS}/{pump.pk}"
    etag = robot.get(address)["ETag"]

    reply = robot.put(address, {"Name": "Valve"}, If_Match=f'"other", {etag}')
    assert reply.status_code == 200
    assert reply["ETag"] not in {etag, ""}
    sentence = "It was changed since you read it. Nothing was saved."
    refused(robot.put(address, {"Name": "Pipe"}, If_Match=etag), 412, sentence)
    refused(robot.delete(address, If_Match=etag), 412, sentence)
    assert robot.put(address, {"Name": "Pipe"}, If_Match="*").status_code == 200


def test_client_that_becomes_privileged_says_which_secrets_stay(robot: Caller) -> None:
    made = make_client("Pump", robot.tenant)
    address = f"{CLIENTS}/{made.client.pk}"
    body = {"RoleIds": [str(role_id(robot.tenant, TENANT_AUDITOR))]}

    refused(
        robot.put(address, body),
        400,
        "keptSecretIds: Anyone who has a secret of Pump gets its new rights. "
        "Select the secrets to keep, and confirm that the others are removed.",
    )
    refused(
        robot.put(f"{address}?keptSecretIds=x", body), 400, "keptSecretIds: Send ids of secrets."
    )
    foreign = make_client("Valve", robot.tenant).secret.pk
    for rest, whole in (("", body), ("/Roles", [{"Id": body["RoleIds"][0]}])):
        reply = robot.put(f"{address}{rest}?keptSecretIds={made.secret.pk},{foreign}", whole)
        refused(reply, 400, f"keptSecretIds: Pump has no secret {foreign}.")
    assert robot.put(f"{address}?keptSecretIds={made.secret.pk}", body).status_code == 200
    assert ClientSecret.objects.get(pk=made.secret.pk).removed_at is None


def test_deleted_client_is_gone(robot: Caller, calling: Callable[..., Caller]) -> None:
    other = calling("Used a moment ago")
    Client.objects.filter(pk=other.client.pk).update(last_token_at=datetime.now().astimezone())
    address = f"{CLIENTS}/{other.client.pk}"

    reply = robot.delete(address)

    assert (reply.status_code, reply.content) == (204, b"")
    refused(robot.delete(address), 404, "There is no such client.")
    refused(other.get(), 401, "The access token is not valid here.")


def test_client_of_another_tenant_is_not_found_by_any_method(robot: Caller) -> None:
    foreign = make_client("Foreign", make_tenant("Cranes"))
    for rest, body in (("", {"Name": "x"}), ("/Roles", []), (f"/Secrets/{foreign.secret.pk}", {})):
        address = f"{CLIENTS}/{foreign.client.pk}{rest}"
        refused(robot.get(address), 404, "There is no such client.")
        refused(robot.put(address, body), 404, "There is no such client.")
    refused(robot.delete(f"{CLIENTS}/{foreign.client.pk}"), 404, "There is no such client.")
    mine = make_client("Pump", robot.tenant).client
    for method in ("GET", "DELETE"):
        refused(
            robot.send(method, f"{CLIENTS}/{mine.pk}/Secrets/{foreign.secret.pk}"),
            404,
            "There is no such secret. It may have been removed.",
        )
    roles = [str(role_id(foreign.client.tenant, TENANT_MEMBER))]
    refused(
        robot.put(f"{CLIENTS}/{mine.pk}", {"RoleIds": roles}),
        400,
        "RoleIds: Select roles from the list. One of them is not there any more.",
    )
