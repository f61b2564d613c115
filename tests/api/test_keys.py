"""The public keys of clients by the REST API."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients_app.models import ClientKey, FetchedKeySet
from clients_app.services.usage import counts
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.credentials import insert_keys
from tests.factories import make_application, make_client
from tests.oauth.assertions import asking, assertion, key_of
from tests.oauth.wsgi import environ, through_the_short_entrance

GONE = "There is no such public key. It may have been removed."
EC = key_of("EC")
JWK = {**EC.as_dict(private=False), "kid": "first"}
MEMBERS = ["Id", "Description", "Expiration", "Expires", "Created", "Jwk", "Thumbprint", "JwksUrl"]


@pytest.fixture
def pump(robot: Caller) -> Any:
    """A client, and the address of its keys."""
    client = make_client("Pump", robot.tenant).client
    return client, f"ClientCredentialClients/{client.pk}/PublicKeys"


def test_added_key_gets_tokens_and_is_shown(pump: Any, rotator: Caller, auditor: Caller) -> None:
    client, keys = pump

    reply = rotator.post(keys, {"Key": JWK, "Description": "build"})

    key, row = reply.json(), ClientKey.objects.get()
    assert (reply.status_code, list(key)) == (201, MEMBERS)
    assert (key["Jwk"], key["Thumbprint"], key["JwksUrl"]) == (row.jwk, EC.thumbprint(), None)
    text = assertion(str(client.pk), EC, header={"kid": "first"})
    assert through_the_short_entrance(environ(body=asking(text))).status == 200
    counts.flush()
    [listed] = auditor.get(f"{keys}?query=BUILD").json()
    assert listed == {**key, "LastUsed": listed["LastUsed"], "LastFetched": None} | {
        "FetchFailure": None
    }
    assert listed["LastUsed"]
    assert auditor.get(f"{keys}?query=other").json() == []
    assert auditor.get(f"{keys}/{key['Id']}").json() == listed


def test_kid_of_another_key_is_refused(pump: Any, robot: Caller) -> None:
    robot.post(pump[1], {"Key": JWK})

    reply = robot.post(pump[1], {"Key": {**key_of("OKP").as_dict(private=False), "kid": "first"}})

    sentence = "Give each key of a client its own kid: two would have the kid first."
    refused(reply, 400, f"Key: {sentence}")


@pytest.mark.parametrize("kind", ["jwk", "jwks", "text", "pem"])
def test_key_comes_in_each_form(pump: Any, robot: Caller, kind: str) -> None:
    forms: dict[str, Any] = {
        "jwk": JWK,
        "jwks": {"keys": [JWK]},
        "text": json.dumps({"keys": [JWK]}),
        "pem": EC.as_pem(private=False).decode(),
    }
    key = robot.post(pump[1], {"Key": forms[kind]}).json()
    assert key["Thumbprint"] == EC.thumbprint()
    assert set(key["Jwk"]) == {"kty", "crv", "x", "y", "kid"}


def test_address_of_keys_is_shown_with_why_it_failed(
    pump: Any, robot: Caller, now: datetime
) -> None:
    _client, keys = pump
    url = "https://machine.example.com/jwks"

    key = robot.post(keys, {"JwksUrl": url}).json()

    assert (key["Jwk"], key["Thumbprint"], key["JwksUrl"]) == (None, None, url)
    etag = robot.get(f"{keys}/{key['Id']}")["ETag"]
    FetchedKeySet.objects.filter(url=url).update(failure="timeout", fetched_at=now)
    reply = robot.get(f"{keys}/{key['Id']}")
    assert reply.json()["FetchFailure"] == "timeout"
    assert datetime.fromisoformat(reply.json()["LastFetched"]) == now
    assert reply["ETag"] == etag
    assert robot.put(f"{keys}/{key['Id']}", reply.json()).json() == reply.json()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Key: Paste a public key: a JWK or JWKS, or PEM that begins with"),
        ({"Key": {"keys": [JWK, key_of("RSA").as_dict(private=False)]}}, "Key: Send one key at"),
        ({"Key": EC.as_dict(private=True)}, "Key: This is a private key, or has one in it."),
        ({"Key": EC.as_pem(private=True).decode()}, "Key: This is a private key, or has one"),
        ({"Key": JWK, "JwksUrl": "https://a.example.com"}, "JwksUrl: Paste a public key, or"),
        ({"JwksUrl": "http://a.example.com/jwks"}, "JwksUrl: "),
        ({"Key": JWK, "Expires": True}, "Expiration: Send an Expiration with Expires true."),
        ({"Key": JWK, "Expiration": "2020-01-01T00:00:00Z"}, "Expiration: Enter a date and time"),
    ],
)
def test_bad_key_is_refused_and_not_repeated(
    pump: Any, robot: Caller, body: Any, reason: str
) -> None:
    reply = robot.post(pump[1], body)
    assert (reply.status_code, reply.json()["Reason"][: len(reason)]) == (400, reason)
    assert EC.as_dict(private=True)["d"] not in reply.content.decode()
    assert "BEGIN PRIVATE" not in reply.content.decode()
    assert not ClientKey.objects.exists()


def test_key_of_the_client_and_an_eleventh_are_refused(pump: Any, robot: Caller) -> None:
    client, keys = pump
    robot.post(keys, {"Key": JWK})
    refused(robot.post(keys, {"Key": JWK}), 400, "Key: This client has this public key already.")
    insert_keys(client, 9)
    eleventh = robot.post(keys, {"Key": key_of("OKP").as_dict(private=False)})
    assert eleventh.status_code == 400
    assert "10 public keys" in eleventh.json()["Reason"]
    assert client.keys.count() == 10


def test_put_and_delete_of_a_key(pump: Any, robot: Caller, now: datetime) -> None:
    _client, keys = pump
    address = f"{keys}/{robot.post(keys, {'Key': JWK}).json()['Id']}"
    ends = (now + timedelta(days=9)).isoformat().replace("+00:00", "Z")

    got = robot.get(address)
    changed = robot.put(address, {"Description": "new", "Expiration": ends}, If_Match=got["ETag"])

    assert changed.json() == {**got.json(), "Description": "new", "Expires": True} | {
        "Expiration": ends
    }
    assert robot.put(address, changed.json()).json() == changed.json()
    refused(robot.put(address, {"Jwk": {}}), 400, "Jwk: This property cannot be set.")
    assert robot.put(address, {"Expires": False}).json()["Expiration"] is None
    assert robot.delete(address, If_Match=changed["ETag"]).status_code == 412
    assert robot.delete(address, If_Match=robot.get(address)["ETag"]).status_code == 204
    refused(robot.get(address), 404, GONE)
    refused(robot.delete(f"{keys}/x"), 404, GONE)


def test_clients_without_secrets_have_no_keys(robot: Caller) -> None:
    client = make_application("Rooms", robot.tenant)
    address = f"AuthorizationCodeClients/{client.pk}/PublicKeys"
    refused(robot.get(address), 404, "There is nothing at this address.")


@pytest.mark.parametrize("kind", ["ClientCredentialClients", "HybridClients"])
def test_client_comes_with_a_key_and_no_secret(robot: Caller, kind: str) -> None:
    urls = {"RedirectUris": ["https://a.example.com/"]} if kind == "HybridClients" else {}

    reply = robot.post(kind, {"Name": "Pump", **urls, "PublicKey": {"Key": JWK}})

    body = reply.json()
    assert (reply.status_code, list(body)) == (201, ["Client", "PublicKey"])
    address = f"{kind}/{body['Client']['Id']}"
    assert robot.get(f"{address}/Secrets").json() == []
    [key] = robot.get(f"{address}/PublicKeys").json()
    assert {name: key[name] for name in MEMBERS} == body["PublicKey"]


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ({"PublicKey": {"Key": "x"}}, "PublicKey.Key: Paste a public key: a JWK or JWKS"),
        ({"PublicKey": {"Keys": []}}, "PublicKey.Keys: There is no such property."),
        ({"PublicKey": {"Key": JWK, "Id": 5}}, "PublicKey.Id: This property cannot be set."),
        ({"PublicKey": "x"}, "PublicKey: Send a JSON object."),
        ({"PublicKey": {"Key": JWK, "Description": "x" * 201}}, "PublicKey.Description: Enter at"),
        ({"PublicKey": {"Key": JWK}, "SecretDescription": "x"}, "PublicKey: Send a secret's"),
        (
            {"PublicKey": {"Key": JWK}, "FederatedIdentity": {}},
            "FederatedIdentity: Send a secret's description and end, a PublicKey, or a",
        ),
        ({"FederatedIdentity": {"Issuer": "x"}}, "FederatedIdentity.Issuer: Enter the issuer"),
        (
            {"FederatedIdentity": {"Platform": "github", "Fields": {"owner": "a b"}}},
            "FederatedIdentity.Fields.owner: Enter a value such as",
        ),
        ({"PublicKey": {"Key": JWK}, "Name": "Robot"}, "Name: There is a client named Robot"),
    ],
)
def test_client_with_a_bad_credential_is_refused(robot: Caller, first: Any, reason: str) -> None:
    reply = robot.post("ClientCredentialClients", {"Name": "Pump", **first})
    assert reply.status_code in {400, 409}
    assert reply.json()["Reason"][: len(reason)] == reason
    assert robot.get("ClientCredentialClients").json()[0]["Name"] == "Robot"


def test_switches_of_assertions_are_properties_of_the_client(robot: Caller) -> None:
    body = {"Name": "Pump", "DemandsAssertionType": True}
    client = robot.post("ClientCredentialClients", body).json()["Client"]
    address = f"ClientCredentialClients/{client['Id']}"
    assert (client["DemandsAssertionType"], client["AcceptsTokenEndpointAudience"]) == (True, False)

    etag = robot.get(address)["ETag"]
    changed = robot.put(address, {"AcceptsTokenEndpointAudience": True}, If_Match=etag).json()

    assert changed == {**client, "AcceptsTokenEndpointAudience": True}
    assert robot.put(address, {"DemandsAssertionType": False}, If_Match=etag).status_code == 412
    [event] = robot.get("Activity?action=client.edited").json()
    assert event["After"] == {"accepts_token_endpoint_audience": True}


def test_rotated_key_has_the_life_of_the_old_one(pump: Any, rotator: Caller, now: datetime) -> None:
    _client, keys = pump
    ends = (now + timedelta(days=9)).isoformat()
    old = rotator.post(keys, {"Key": JWK, "Description": "a", "Expiration": ends}).json()
    address = f"{keys}/{old['Id']}/Rotate"

    same = rotator.post(address, {"Key": JWK})
    refused(same, 400, "Key: This client has this public key already.")
    reply = rotator.post(address, {"Key": key_of("OKP").as_dict(private=False)})

    new = reply.json()
    assert (reply.status_code, new["Description"]) == (201, "a")
    assert new["OldKey"] == {**old, "Expiration": new["OldKey"]["Expiration"]}
    in_a_day = datetime.fromisoformat(new["OldKey"]["Expiration"]) - now
    assert timedelta(hours=24) <= in_a_day < timedelta(hours=25)
    days = datetime.fromisoformat(new["Expiration"]) - now
    assert timedelta(days=8, hours=23) < days < timedelta(days=9, hours=1)
    assert len(rotator.get(keys).json()) == 2
