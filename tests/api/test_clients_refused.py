"""Clients that the REST API does not write, and callers that may not."""

from typing import Any
from uuid import UUID

import pytest

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR, TENANT_AUDITOR
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.api.test_clients_write import CLIENTS
from tests.factories import role_id

ONLY_ADMINISTRATORS = "Only Tenant Administrators can add a client."


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
