"""A POST with an Idempotency-Key that is sent again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from clients_app.models import AuditEvent, Client, ClientSecret, Role, UsedFormKey
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.factories import make_client

KEY = "2f6c-order 7"
AGAIN = "This request was sent before, and did what it asked for."

pytestmark = pytest.mark.both_databases


def test_client_is_added_once(robot: Caller) -> None:
    first = robot.post("ClientCredentialClients", {"Name": "Pump"}, Idempotency_Key=KEY)
    events = AuditEvent.objects.count()
    again = robot.post("ClientCredentialClients", {"Name": "Pump"}, Idempotency_Key=KEY)

    client_id = first.json()["Client"]["Id"]
    refused(
        again,
        409,
        f"This request was sent before, and added to the client {client_id}. "
        "Its secret cannot be shown; add a new one.",
    )
    assert first.json()["Secret"] not in again.content.decode()
    assert AuditEvent.objects.count() == events
    assert Client.objects.filter(name="Pump").count() == 1


def test_client_without_a_secret_is_told_of_none(robot: Caller) -> None:
    key = {"JwksUrl": "https://pump.example.com/jwks"}
    body = {"Name": "Pump", "PublicKey": key}
    first = robot.post("ClientCredentialClients", body, Idempotency_Key=KEY)
    client_id = first.json()["Client"]["Id"]

    again = robot.post("ClientCredentialClients", body, Idempotency_Key=KEY)
    refused(again, 409, f"This request was sent before, and added to the client {client_id}.")
    address = f"ClientCredentialClients/{client_id}/FederatedIdentities"
    identity = {"Issuer": "https://ci.example.com", "Subject": "job:build"}
    assert robot.post(address, identity, Idempotency_Key="other").status_code == 201
    refused(robot.post(address, identity, Idempotency_Key="other"), 409, AGAIN)


@pytest.mark.parametrize("rest", ["Secrets", "Secrets/{}/Rotate"])
def test_secret_is_added_once(robot: Caller, rest: str) -> None:
    made = make_client("Pump", robot.tenant)
    address = f"ClientCredentialClients/{made.client.pk}/{rest.format(made.secret.pk)}"
    assert robot.post(address, {}, Idempotency_Key=KEY).status_code == 201
    assert robot.post(address, {}, Idempotency_Key=KEY).status_code == 409
    assert ClientSecret.objects.filter(client=made.client).count() == 2


@pytest.mark.parametrize(
    ("rest", "body"),
    [("Roles", {"Name": "Valve"}), ("Apis", {"Name": "Valve", "Identifier": "urn:pumps:valve"})],
)
def test_role_and_api_are_added_once(robot: Caller, rest: str, body: Any) -> None:
    assert robot.post(rest, body, Idempotency_Key=KEY).status_code == 201
    refused(robot.post(rest, body, Idempotency_Key=KEY), 409, AGAIN)


def test_key_with_another_request_is_refused(robot: Caller) -> None:
    sentence = "Idempotency-Key: This key was used for another request within 24 hours."
    robot.post("Roles", {"Name": "Valve"}, Idempotency_Key=KEY)
    refused(robot.post("Roles", {"Name": "Pump"}, Idempotency_Key=KEY), 422, sentence)
    refused(robot.post("Apis", {"Name": "Valve"}, Idempotency_Key=KEY), 422, sentence)


def test_key_of_a_request_that_failed_can_be_used_again(robot: Caller) -> None:
    refused(
        robot.post("Roles", {"Name": ""}, Idempotency_Key=KEY),
        400,
        "Name: Enter a name of 1 to 60 characters.",
    )
    assert robot.post("Roles", {"Name": "Valve"}, Idempotency_Key=KEY).status_code == 201


def test_key_is_free_again_after_a_day(robot: Caller) -> None:
    robot.post("Roles", {"Name": "Valve"}, Idempotency_Key=KEY)
    UsedFormKey.objects.update(used_at=F("used_at") - timedelta(hours=24, seconds=1))
    assert robot.post("Roles", {"Name": "Pump"}, Idempotency_Key=KEY).status_code == 201


def test_key_belongs_to_its_caller(robot: Caller, calling: Any) -> None:
    other = calling("Second", TENANT_ADMINISTRATOR)
    assert robot.post("Roles", {"Name": "Valve"}, Idempotency_Key=KEY).status_code == 201
    assert other.post("Roles", {"Name": "Pump"}, Idempotency_Key=KEY).status_code == 201
    assert Role.objects.filter(name__in=["Valve", "Pump"]).count() == 2


def test_bad_key_is_refused(robot: Caller) -> None:
    sentence = "Idempotency-Key: Send 1 to 255 printable ASCII characters."
    for key in ("x" * 256, "caf\xe9", "", "  ", "a\tb"):
        refused(robot.post("Roles", {"Name": "x"}, Idempotency_Key=key), 400, sentence)
