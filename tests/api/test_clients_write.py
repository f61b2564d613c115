"""Adding clients by the REST API, and who may change them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.rules.built_in_roles import (
    SECRET_ROTATOR,
    TENANT_ADMINISTRATOR,
    TENANT_AUDITOR,
    TENANT_MEMBER,
)
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.api.conftest import Caller, token_of
from tests.api.replies import refused
from tests.factories import make_client, make_person, make_role, make_tenant, role_id
from tests.hashing import hashing_outside_transactions

CLIENTS = "ClientCredentialClients"
ONLY_ADMINISTRATORS = "Only Tenant Administrators can add a client."


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
            "Description": "",
            "Contact": "",
            "MayIntrospectTokens": False,
            "MayRotateOwnSecrets": False,
            "MayAddSecrets": False,
            "DemandsAssertionType": False,
            "AcceptsTokenEndpointAudience": False,
            "LastUsed": None,
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


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 400, "The body is not JSON in UTF-8."),
        (b'{"Name": NaN}', 400, "The body is not JSON in UTF-8."),
        (b'{"Name": "\xff"}', 400, "The body is not JSON in UTF-8."),
        (b"[" * 100_000, 400, "The body is not JSON in UTF-8."),
        (b'{"AccessTokenLifetime": ' + b"9" * 5000 + b"}", 400, "The body is not JSON in UTF-8."),
        (b'{"Name": "a", "Name": "b"}', 400, "Name: Send this property once."),
        (b"", 400, "Name: Enter a name of 1 to 200 characters."),
        (b"[]", 400, "Send a JSON object."),
        (b"null", 400, "Send a JSON object."),
        (b'"Name"', 400, "Send a JSON object."),
        (b" " * 163_841, 413, "The body is too large."),
        ({}, 400, "Name: Enter a name of 1 to 200 characters."),
        ({"Name": None}, 400, "Name: Enter a name of 1 to 200 characters."),
        ({"Name": 5}, 400, "Name: Send a string."),
        ({"Name": True}, 400, "Name: Send a string."),
        ({"Name": ["x"]}, 400, "Name: Send a string."),
        ({"Name": "x", "name": "y"}, 400, "name: There is no such property."),
        ({"Name": "x", "Id": "5"}, 400, "Id: Send a GUID."),
        ({"Name": "x", "Id": str(UUID(int=0))}, 400, "Id: Send a GUID."),
        ({"Name": "x", "Id": 5}, 400, "Id: Send a string."),
        ({"Name": "x", "Enabled": "true"}, 400, "Enabled: Send true or false."),
        ({"Name": "x", "Enabled": 1}, 400, "Enabled: Send true or false."),
        (
            {"Name": "x", "AccessTokenLifetime": "600"},
            400,
            "AccessTokenLifetime: Send a whole number.",
        ),
        (
            {"Name": "x", "AccessTokenLifetime": True},
            400,
            "AccessTokenLifetime: Send a whole number.",
        ),
        (
            {"Name": "x", "AccessTokenLifetime": 60.5},
            400,
            "AccessTokenLifetime: Send a whole number.",
        ),
        (
            {"Name": "x", "AccessTokenLifetime": 59},
            400,
            "AccessTokenLifetime: Enter a whole number from 60 to 3600. "
            "The shortest Token Lifetime is 60 seconds (one minute).",
        ),
        ({"Name": "x", "Tags": "north"}, 400, "Tags: Send a list."),
        ({"Name": "x", "Tags": [1]}, 400, "Tags: Send a string."),
        ({"Name": "x", "Tags": [None]}, 400, "Tags: Send no null in a list."),
        ({"Name": "x", "RoleIds": ["x"]}, 400, "RoleIds: Send a GUID."),
        (
            {"Name": "x", "RoleIds": [str(UUID(int=7))]},
            400,
            "RoleIds: Select roles from the list. One of them is not there any more.",
        ),
        (
            {"Name": "x", "SecretExpirationDate": "tomorrow"},
            400,
            "SecretExpirationDate: Send a date and time such as 2027-11-23T10:15:00Z.",
        ),
        (
            {"Name": "x", "SecretExpirationDate": "0001-01-01T00:00:00+14:00"},
            400,
            "SecretExpirationDate: Send a date and time such as 2027-11-23T10:15:00Z.",
        ),
        (
            {"Name": "x", "SecretExpirationDate": "2020-01-01T00:00:00.1234567Z"},
            400,
            "SecretExpirationDate: Enter a date and time in the future, or select Never Expires.",
        ),
        *(
            ({"Name": "x", name: value}, 400, f"{name}: There is no such property.")
            for name, value in (
                ("tenant", "x"),
                ("version", 1),
                ("created_by", "me"),
                ("RedirectUris", []),
                ("__proto__", {}),
            )
        ),
    ],
)
def test_bad_client_is_refused_and_changes_nothing(
    robot: Caller, body: Any, status: int, reason: str
) -> None:
    events = AuditEvent.objects.count()
    refused(robot.post(CLIENTS, body), status, reason)
    assert (Client.objects.count(), AuditEvent.objects.count()) == (1, events)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"],
)
def test_other_media_type_is_refused(robot: Caller, kind: str) -> None:
    reply = robot.post(CLIENTS, {"Name": "x"}, content_type=kind)
    refused(reply, 415, f'Unsupported media type "{kind}" in request.')


def test_json_with_a_charset_is_read(robot: Caller) -> None:
    reply = robot.post(CLIENTS, {"Name": "x"}, content_type="Application/JSON; charset=UTF-8")
    assert reply.status_code == 201


def test_only_administrators_add_edit_and_remove(
    robot: Caller, member: Caller, auditor: Caller, rotator: Caller
) -> None:
    address = f"{CLIENTS}/{robot.client.pk}"
    for caller in (member, auditor, rotator):
        refused(caller.post(CLIENTS, {"Name": "x"}), 403, ONLY_ADMINISTRATORS)
        assert caller.put(address, {"Name": "x"}).status_code == 403
        assert caller.put(f"{address}/Roles", []).status_code == 403
        refused(caller.delete(address), 403, "Only Tenant Administrators can remove a client.")
    denied = AuditEvent.objects.filter(action="client.add", outcome="refused")
    assert denied.count() == 3


def test_client_never_changes_itself(robot: Caller) -> None:
    address = f"{CLIENTS}/{robot.client.pk}"
    before = AuditEvent.objects.exclude(outcome="refused").count()
    for reply in (
        robot.put(address, {"Name": "x"}),
        robot.put(f"{address}/Roles", []),
        robot.delete(address),
        robot.post(f"{address}/Secrets", {}),
        robot.get(f"{address}/Secrets"),
        robot.delete(f"{address}/Secrets/{robot.client.secrets.get().pk}"),
    ):
        assert reply.status_code == 403
    assert AuditEvent.objects.exclude(outcome="refused").count() == before


@pytest.mark.parametrize("role", [TENANT_ADMINISTRATOR, TENANT_AUDITOR, SECRET_ROTATOR])
def test_roles_that_outrank_the_caller_cannot_be_given(
    rotator: Caller, tenant: Tenant, role: UUID
) -> None:
    ids = [str(role_id(tenant, role))]
    refused(rotator.post(CLIENTS, {"Name": "x", "RoleIds": ids}), 403, ONLY_ADMINISTRATORS)


def test_administrator_client_is_confirmed_by_its_name(robot: Caller) -> None:
    body = {"Name": "Second", "RoleIds": [str(role_id(robot.tenant, TENANT_ADMINISTRATOR))]}
    refused(
        robot.post(CLIENTS, body),
        400,
        "confirmTenantAdministrator: Confirm that Second becomes a Tenant Administrator, "
        "or remove that role.",
    )
    refused(
        robot.post(f"{CLIENTS}?confirmTenantAdministrator=Other", body),
        400,
        "confirmTenantAdministrator: Confirm that Second becomes a Tenant Administrator, "
        "or remove that role.",
    )
    assert robot.post(f"{CLIENTS}?confirmTenantAdministrator=Second", body).status_code == 201
