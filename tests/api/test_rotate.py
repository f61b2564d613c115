"""Rotating secrets by the REST API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey

from clients_app.models import AuditEvent, ClientSecret, Tenant
from tests.api.conftest import Caller, token_of
from tests.api.replies import refused
from tests.factories import insert_secrets, make_client


@pytest.fixture
def pump(calling: Any) -> Caller:
    """A client that may rotate its own secrets, with one that lives 100 days."""
    return calling("Pump", may_rotate_own_secrets=True)


def rotate(caller: Caller, client: Any, secret_id: int) -> str:
    return f"ClientCredentialClients/{client.pk}/Secrets/{secret_id}/Rotate"


def test_rotate_keeps_description_and_life_and_lets_the_old_one_end(
    rotator: Caller, now: datetime
) -> None:
    ends = now + timedelta(days=10)
    made = make_client("P", rotator.tenant, now=now, expires_at=ends, secret_description="main")

    reply = rotator.post(rotate(rotator, made.client, made.secret.pk))

    body = reply.json()
    assert reply.status_code == 201, body
    assert list(body) == [
        *("Secret", "Id", "Description", "Expiration", "Expires", "Created", "OldSecret"),
    ]
    assert body["Description"] == "main"
    life = datetime.fromisoformat(body["Expiration"]) - datetime.fromisoformat(body["Created"])
    assert life == timedelta(days=10)
    old = body["OldSecret"]
    assert old["Id"] == made.secret.pk
    left = datetime.fromisoformat(old["Expiration"]) - datetime.fromisoformat(body["Created"])
    assert left == timedelta(hours=24)
    for plain in (made.plain, body["Secret"]):
        assert token_of(made.client.pk, plain)


def test_machine_rotates_itself_as_often_as_it_wants(pump: Caller) -> None:
    for _ in range(3):
        newest = ClientSecret.objects.order_by("-pk").first()
        assert newest is not None
        reply = pump.post(rotate(pump, pump.client, newest.pk), {})
        assert reply.status_code == 201, reply.content
        secret = reply.json()
        token = token_of(pump.client.pk, secret["Secret"])
        pump = Caller(token, pump.tenant, pump.client)
        days = datetime.fromisoformat(secret["Expiration"]) - datetime.now(UTC)
        assert days > timedelta(days=99)


def test_rotate_to_a_public_key_shows_the_secret_to_nobody_else(pump: Caller) -> None:
    key = ECKey.generate_key("P-256")
    secret = ClientSecret.objects.get()

    reply = pump.post(
        rotate(pump, pump.client, secret.pk), {"PublicKey": key.as_dict(private=False)}
    )

    body = reply.json()
    assert reply.status_code == 201, body
    assert "Secret" not in body
    used = ["ECDH-ES", "A256GCM"]
    plain = jwe.decrypt_compact(body["EncryptedSecret"], key, algorithms=used).plaintext.decode()
    assert token_of(pump.client.pk, plain)
    assert AuditEvent.objects.filter(action="client.secret.rotated").count() == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            {"OldSecretEnds": "2020-01-01T00:00:00Z"},
            "OldSecretEnds: Enter a date and time in the future, or select Immediately.",
        ),
        ({"PublicKey": {"kty": "oct", "k": "AA"}}, None),
        ({"PublicKey": 5}, "PublicKey: Send a JWK."),
        ({"PublicKey": "{"}, "PublicKey: Send a public key as one JSON object, a JWK."),
        ({"PublicKey": {"kty": []}}, None),
        (
            {"PublicKey": ECKey.generate_key("P-256").as_dict(private=False, key_ops=["verify"])},
            "PublicKey: Send a key for encryption with ECDH-ES. This one is for something else.",
        ),
        ({"Secret": "x"}, "Secret: There is no such property."),
        ({"Expires": False, "Expiration": "2030-01-01T00:00:00Z"}, None),
    ],
)
def test_bad_rotation_is_refused(robot: Caller, body: Any, reason: str | None) -> None:
    made = make_client("Pump", robot.tenant)
    reply = robot.post(rotate(robot, made.client, made.secret.pk), body)
    assert reply.status_code == 400
    if reason:
        refused(reply, 400, reason)
    assert ClientSecret.objects.filter(client=made.client).count() == 1


def test_rotation_of_a_secret_that_is_not_there_is_not_found(robot: Caller) -> None:
    made = make_client("Pump", robot.tenant)
    for number in (0, 10**19):
        reply = robot.post(rotate(robot, made.client, number), {})
        refused(reply, 404, "There is no such secret. It may have been removed.")


def test_rotation_without_room_is_refused(robot: Caller) -> None:
    made = make_client("Pump", robot.tenant, expires_at=None)
    insert_secrets(made.client, 9, expires_at=None)
    reply = robot.post(rotate(robot, made.client, made.secret.pk), {})
    refused(
        reply,
        400,
        "Choose the secret to remove. This client has 10 secrets, the most it can have.",
    )


def test_secret_that_a_policy_forbids_is_refused_also_to_the_machine_itself(pump: Caller) -> None:
    Tenant.objects.filter(pk=pump.tenant.pk).update(new_secrets_forbidden="on")
    [secret] = pump.client.secrets.all()
    sentence = (
        "A policy of this tenant forbids new secrets, also by a rotation. Add a public key or a "
        "federated identity instead, or ask a Tenant Administrator to exempt this client."
    )

    refused(pump.post(rotate(pump, pump.client, secret.pk), {}), 400, sentence)
    refused(pump.post(f"ClientCredentialClients/{pump.client.pk}/Secrets", {}), 400, sentence)
    assert pump.client.secrets.get().expires_at == secret.expires_at
