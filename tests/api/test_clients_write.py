"""Adding clients by the REST API, and who may change them."""

from datetime import datetime, timedelta
from uuid import uuid4

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.api.bodies import OF_NEW_CLIENT
from tests.api.conftest import Caller, token_of
from tests.api.replies import refused
from tests.factories import make_client, make_person, make_role, make_tenant, role_id
from tests.hashing import hashing_outside_transactions

CLIENTS = "ClientCredentialClients"


def test_added_client_gets_tokens_with_its_first_secret(robot: Caller, now: datetime) -> None:
    role = make_role("Pump reader", robot.tenant)
    ends = now + timedelta(days=30)

    with hashing_outside_transactions() as runs:
        reply = robot.post(
            CLIENTS,
            {
                "Id": None,
                "Name": " Pump ",
                "Enabled": True,
                "AccessTokenLifetime": 600,
                "Tags": ["north"],
                "RoleIds": [str(role.pk).upper()],
                "SecretDescription": "first",
                "SecretExpirationDate": ends.astimezone().isoformat(),
            },
        )

    assert len(runs) == 1
    assert reply.status_code == 201, reply.content
    body = reply.json()
    client_id = body["Client"]["Id"]
    assert reply["Location"] == f"/api/v1/Tenants/{robot.tenant.pk}/{CLIENTS}/{client_id}"
    assert body == {
        "Secret": body["Secret"],
        "Id": ClientSecret.objects.get(client=client_id).pk,
        "Description": "first",
        "ExpirationDate": ends.isoformat().replace("+00:00", "Z"),
        "Client": {
            "Id": client_id,
            "Name": "Pump",
            "Enabled": True,
            "AccessTokenLifetime": 600,
            "Tags": ["north"],
            "RoleIds": [str(role.pk), str(role_id(robot.tenant, TENANT_MEMBER))],
            **OF_NEW_CLIENT,
        },
    }
    assert token_of(client_id, body["Secret"])
    event = AuditEvent.objects.get(action="client.added", actor_kind="client")
    assert event.actor_name == "Robot"
    assert str(event.operation_id) == reply["Operation-Id"]


def test_added_client_has_the_id_that_was_given(robot: Caller, now: datetime) -> None:
    client_id = str(uuid4())
    reply = robot.post(CLIENTS, {"Id": client_id.upper(), "Name": "Pump", "Enabled": False})

    body = reply.json()
    assert (body["Client"]["Id"], body["Client"]["Enabled"]) == (client_id, False)
    assert body["ExpirationDate"] is None

    taken = "Id: This Client Id was given before. Choose another, or none."
    removed = Client.objects.get(pk=client_id)
    remove_client(removed, actor=command_line_in(robot.tenant), now=now)
    refused(robot.post(CLIENTS, {"Id": client_id, "Name": "Other"}), 409, taken)
    foreign = make_client("Foreign", make_tenant("Cranes")).client
    refused(robot.post(CLIENTS, {"Id": str(foreign.pk), "Name": "Other"}), 409, taken)


def test_no_client_gets_the_id_of_a_person(robot: Caller, tenant: Tenant) -> None:
    """CLI-1: an API would take the ``sub`` of its tokens for the person's (RFC 9068 section 5)."""
    taken = "Id: This Client Id was given before. Choose another, or none."
    for person in (make_person("mara", tenant), make_person("mo", make_tenant("Cranes"))):
        for kind in (CLIENTS, "AuthorizationCodeClients", "HybridClients"):
            body = {"Id": str(person.pk).upper(), "Name": "Mara"}
            urls = {} if kind == CLIENTS else {"RedirectUris": ["https://pump.example/back"]}
            refused(robot.post(kind, body | urls), 409, taken)
    assert not Client.objects.filter(name="Mara").exists()


def test_name_that_is_taken_is_a_conflict(robot: Caller) -> None:
    reply = robot.post(CLIENTS, {"Name": "ROBOT"})
    refused(reply, 409, "Name: There is a client named ROBOT already. Enter another name.")


def test_json_with_a_charset_is_read(robot: Caller) -> None:
    reply = robot.post(CLIENTS, {"Name": "x"}, content_type="Application/JSON; charset=UTF-8")
    assert reply.status_code == 201
