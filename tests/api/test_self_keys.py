"""What a client may do to its own public keys with its own token, by the REST API (SEC-19)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import AuditEvent, ClientKey, Tenant
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.api.test_self import for_each_role
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_client
from tests.oauth.assertions import ISSUER, asking, assertion, key_of, register

OLD, NEXT, OTHER = (key_of("EC", number) for number in (0, 1, 2))
IDENTITY_BODY = {"Platform": "other", "Issuer": "https://ci.example", "Subject": "a"}


def public(key: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def own(caller: Caller, rest: str = "") -> str:
    assert caller.client is not None
    return f"ClientCredentialClients/{caller.client.pk}/PublicKeys{rest}"


def calling_with(client: Any, key: Any, **more: Any) -> Caller:
    """Return the client as a caller, with a token that it got by an assertion of ``key``."""
    text = assertion(str(client.pk), key, **more)
    reply = Browser().generic(
        "POST",
        "/identity/connect/token",
        asking(text, client_id=str(client.pk)),
        "application/x-www-form-urlencoded",
    )
    assert reply.status_code == 200, reply.content
    return Caller(reply.json()["access_token"], client.tenant, client)


@pytest.fixture
def pump(calling: Callable[..., Caller], now: datetime) -> Caller:
    """A client that may rotate itself, with a key that lives 100 days, by which it calls."""
    return keyed(calling, now)


def keyed(calling: Callable[..., Caller], now: datetime, *roles: Any, **more: Any) -> Caller:
    client = calling("Pump", *roles, **{"may_rotate_own_secrets": True, **more}).client
    assert client is not None
    register(client, OLD, created_at=now, expires_at=now + timedelta(days=100))
    return calling_with(client, OLD)


def test_client_with_a_key_replaces_it_and_ends_the_old_one(pump: Caller) -> None:
    [old] = pump.get(own(pump)).json()

    body = {"Key": public(NEXT), "OldKeyEnds": old["Expiration"]}
    reply = pump.post(own(pump, f"/{old['Id']}/Rotate"), body)

    assert reply.status_code == 201, reply.content
    assert reply.json()["OldKey"]["Expiration"] == old["Expiration"]  # both work meanwhile
    again = calling_with(pump.client, NEXT)
    assert again.delete(own(pump, f"/{old['Id']}")).status_code == 204
    assert pump.get(own(pump)).status_code == 401  # its token came by the removed key
    assert [one["Id"] for one in again.get(own(pump)).json()] == [reply.json()["Id"]]
    events = AuditEvent.objects.filter(action__startswith="client.key.").order_by("sequence")
    assert [(one.action, one.actor_kind, one.actor_name) for one in events] == [
        (f"client.key.{what}", "client", "Pump") for what in ("added", "rotated", "removed")
    ]


def test_old_key_of_a_rotation_works_for_a_day_unless_said_otherwise(
    pump: Caller, now: datetime
) -> None:
    key = ClientKey.objects.get()
    pump.post(own(pump, f"/{key.pk}/Rotate"), {"Key": public(NEXT)})
    key.refresh_from_db()
    assert timedelta(hours=24) <= key.expires_at - now < timedelta(hours=25)
    assert calling_with(pump.client, OLD).get(own(pump)).status_code == 200


def test_client_with_a_key_adds_another_once(pump: Caller, now: datetime) -> None:
    body = {"Key": public(NEXT), "Expiration": (now + timedelta(days=99)).isoformat()}
    first = pump.post(own(pump), body, Idempotency_Key="3c9f4a0e-own-key")
    assert (first.status_code, pump.get(own(pump))["Total-Count"]) == (201, "2")
    assert pump.post(own(pump), body, Idempotency_Key="3c9f4a0e-own-key").status_code == 409
    refused(pump.post(own(pump), body), 400, "Key: This client has this public key already.")


@pytest.mark.parametrize("rotates", [False, True])
def test_client_gives_its_key_no_longer_life(pump: Caller, now: datetime, rotates: bool) -> None:
    address = own(pump, f"/{ClientKey.objects.get().pk}/Rotate" if rotates else "")
    late = (now + timedelta(days=101)).isoformat()
    for end in ({"Expires": False}, {"Expiration": late}):
        reply = pump.post(address, {"Key": public(NEXT), **end})
        assert reply.status_code == 400
        assert reply.json()["Reason"].startswith(
            "Expiration: Enter an earlier date. A client gives itself no longer life than the "
            "secret or key has that it used: "
        )
    assert ClientKey.objects.get().version == 1


def test_client_with_a_secret_gives_itself_a_key_and_no_longer_life(
    calling: Callable[..., Caller], now: datetime
) -> None:
    """So an unattended machine moves away from its secret (CRE-11)."""
    caller = calling("Pump", may_rotate_own_secrets=True)  # by a secret of 100 days
    ends = [(now + timedelta(days=days)).isoformat() for days in (101, 99)]
    statuses = [
        caller.post(own(caller), {"Key": public(OLD), "Expiration": end}).status_code
        for end in ends
    ]
    assert statuses == [400, 201]
    again = calling_with(caller.client, OLD)
    secrets = own(caller).replace("PublicKeys", "Secrets")
    [secret] = again.get(secrets).json()
    assert again.delete(f"{secrets}/{secret['Id']}").status_code == 204


def test_client_adds_and_removes_nothing_by_what_has_expired(
    calling: Callable[..., Caller], pump: Caller, now: datetime
) -> None:
    """An administrator who ends a stolen secret or key stops the thief, whose token goes on."""
    thief = calling("Fan", may_rotate_own_secrets=True)  # by a secret
    for row in (*thief.client.secrets.all(), *pump.client.keys.all()):
        row.created_at, row.expires_at = now - timedelta(days=50), now
        row.save()
    secrets = own(thief).replace("PublicKeys", "Secrets")
    ends = {"Expiration": (now + timedelta(days=1)).isoformat()}
    sentence = "What the client used to get its token has expired. Use one that is live."
    for caller, address, body in (
        (thief, secrets, {}),
        (thief, own(thief), {"Key": public(NEXT)}),
        (pump, own(pump), {"Key": public(NEXT)}),
    ):
        assert caller.get(address).status_code == 200
        refused(caller.post(address, {**body, **ends}), 403, sentence)
    for caller, address, row in (
        (thief, secrets, thief.client.secrets.get()),
        (pump, own(pump), pump.client.keys.get()),
    ):
        refused(caller.delete(f"{address}/{row.pk}"), 403, sentence)
    assert thief.client.keys.count() == 0
    assert (thief.client.secrets.count(), pump.client.keys.count()) == (1, 1)


def test_client_with_a_key_gives_itself_no_secret(pump: Caller, now: datetime) -> None:
    secrets = own(pump).replace("PublicKeys", "Secrets")
    [secret] = pump.get(secrets).json()
    ends = {"Expiration": (now + timedelta(days=1)).isoformat()}
    for address in (secrets, f"{secrets}/{secret['Id']}/Rotate"):
        sentence = "A client that did not use a secret to get its token gives itself none."
        refused(pump.post(address, ends), 403, sentence)
    assert pump.client.secrets.count() == 1


def test_client_of_a_platform_gives_itself_nothing(pump: Caller) -> None:
    """A job that lives for minutes would leave a key that lives for months."""
    client = pump.client
    jwks = {"keys": [{**public(OTHER), "kid": OTHER.thumbprint()}]}
    trusted = {"issuer": "https://ci.example", "audience": ISSUER, "jwks": jwks}
    insert_identities(client, 1, subject_rule="job", expires_at=None, **trusted)
    header = {"kid": OTHER.thumbprint()}
    caller = calling_with(client, OTHER, header=header, iss="https://ci.example", sub="job")
    key = ClientKey.objects.get()
    sentence = "A client that used the token of a platform gives itself no public key."
    for address in (own(pump), own(pump, f"/{key.pk}/Rotate")):
        refused(caller.post(address, {"Key": public(NEXT)}), 403, sentence)
    secrets = own(pump).replace("PublicKeys", "Secrets")
    assert caller.post(secrets, {}).status_code == 403
    assert (client.keys.count(), client.secrets.count()) == (1, 1)


def test_client_gives_itself_neither_an_address_nor_an_identity(
    pump: Caller, now: datetime
) -> None:
    key, ends = ClientKey.objects.get(), {"Expiration": (now + timedelta(days=1)).isoformat()}
    sentence = (
        "JwksUrl: Send the public key. A client does not give itself the address of its keys."
    )
    for address in (own(pump), own(pump, f"/{key.pk}/Rotate")):
        body = {"JwksUrl": "https://machine.example.com/jwks", **ends}
        refused(pump.post(address, body), 400, sentence)
    identities = own(pump).replace("PublicKeys", "FederatedIdentities")
    [identity] = insert_identities(pump.client, 1)
    sentence = "A client cannot change its own federated identities."
    refused(pump.post(identities, IDENTITY_BODY), 403, sentence)
    refused(pump.delete(f"{identities}/{identity.pk}"), 403, sentence)
    assert pump.put(f"{identities}/{identity.pk}", {"Subject": "*"}).status_code == 403
    assert pump.put(own(pump, f"/{key.pk}"), {"Description": "x"}).status_code == 403
    assert (pump.client.keys.count(), pump.client.identities.live(now).count()) == (1, 1)


def test_client_without_the_switch_has_no_way_to_its_keys(
    calling: Callable[..., Caller], now: datetime
) -> None:
    caller = keyed(calling, now, may_rotate_own_secrets=False)
    key = ClientKey.objects.get()
    for reply in (
        caller.get(own(caller)),
        caller.get(own(caller, f"/{key.pk}")),
        caller.post(own(caller), {"Key": public(NEXT)}),
        caller.post(own(caller, f"/{key.pk}/Rotate"), {"Key": public(NEXT)}),
        caller.delete(own(caller, f"/{key.pk}")),
    ):
        assert reply.status_code == 403
    assert ClientKey.objects.filter(removed_at=None).count() == 1
    action = AuditEvent.objects.filter(outcome="refused").values_list("actor_kind", flat=True)
    assert set(action) == {"client"}


def test_client_has_no_way_to_keys_of_others(pump: Caller, tenant: Tenant) -> None:
    other = make_client("Valve", tenant, may_rotate_own_secrets=True).client
    [key] = insert_keys(other, 1)
    keys = f"ClientCredentialClients/{other.pk}/PublicKeys"
    for reply in (
        pump.get(keys),
        pump.post(keys, {"Key": public(NEXT)}),
        pump.post(f"{keys}/{key.pk}/Rotate", {"Key": public(NEXT)}),
        pump.delete(f"{keys}/{key.pk}"),
    ):
        assert reply.status_code == 403
    refused(
        pump.delete(own(pump, f"/{key.pk}")),
        404,
        "There is no such public key. It may have been removed.",
    )


@for_each_role
def test_privileged_client_needs_tenant_administrator_for_its_keys(
    calling: Callable[..., Caller], role: Any, status: int, now: datetime
) -> None:
    caller = keyed(calling, now, role)
    body = {"Key": public(NEXT), "Expiration": (now + timedelta(days=1)).isoformat()}
    assert caller.post(own(caller), body).status_code == status


def test_client_has_ten_keys_at_most_also_by_itself(pump: Caller, now: datetime) -> None:
    insert_keys(pump.client, 9)
    body = {"Key": public(OTHER), "Expiration": (now + timedelta(days=1)).isoformat()}
    assert "10 public keys" in pump.post(own(pump), body).json()["Reason"]
