"""Federated identities, near misses and tested tokens by the REST API."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from clients_app.models import AuditEvent, FederatedIdentity, NearMiss, Tenant
from tests.api.addresses import NEW_IDENTITY
from tests.api.conftest import Caller
from tests.api.replies import refused
from tests.credentials import insert_identities
from tests.factories import make_client
from tests.oauth.assertions import MISSING, assertion, key_of

GONE = "There is no such federated identity. It may have been removed."
EC = key_of("EC")
JWKS = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}
RULES = {"Issuer": "https://ci.example.com", "Subject": "job:build", "Claims": {"ref": "main"}}


@pytest.fixture
def pump(robot: Caller) -> Any:
    """A client, and its address."""
    client = make_client("Pump", robot.tenant).client
    return client, f"ClientCredentialClients/{client.pk}"


def test_identity_by_the_fields_of_a_platform(pump: Any, rotator: Caller) -> None:
    _client, address = pump

    reply = rotator.post(f"{address}/FederatedIdentities", NEW_IDENTITY)

    made = reply.json()
    assert reply.status_code == 201
    assert made == {
        "Id": made["Id"],
        "Description": "",
        "Expiration": None,
        "Expires": False,
        "Created": made["Created"],
        "Platform": "github",
        "Issuer": "https://token.actions.githubusercontent.com",
        "Audience": "http://localhost:8000/identity",
        "Subject": "repo:octo-org/octo-repo:environment:production",
        "Claims": {},
        "Grade": "safe",
        "GradeReason": made["GradeReason"],
        "Jwks": None,
    }
    assert made["GradeReason"].startswith("Safe: ")
    listed = rotator.get(f"{address}/FederatedIdentities")
    assert listed["Total-Count"] == "1"
    assert listed.json() == [{**made, "LastUsed": None}]
    assert rotator.get(f"{address}/FederatedIdentities?query=x").json() == []


def test_identity_by_rules_is_edited_and_removed(pump: Any, robot: Caller, now: datetime) -> None:
    identities = f"{pump[1]}/FederatedIdentities"
    made = robot.post(identities, {**RULES, "Jwks": JWKS, "Audience": "urn:us"}).json()
    address = f"{identities}/{made['Id']}"
    ends = (now + timedelta(days=9)).isoformat().replace("+00:00", "Z")

    got = robot.get(address)
    assert robot.put(address, got.json()).json() == got.json()
    changes = {"Subject": "job:b*", "Claims": {}, "Jwks": {}, "Expiration": ends}
    changed = robot.put(address, changes, If_Match=got["ETag"]).json()

    assert made["Jwks"] == JWKS
    assert (changed["Subject"], changed["Claims"], changed["Jwks"]) == ("job:b*", {}, None)
    assert (changed["Audience"], changed["Expires"], changed["Grade"]) == (
        *("urn:us", True),
        "caution",
    )
    assert robot.put(address, {"Subject": "x"}, If_Match=got["ETag"]).status_code == 412
    moved = robot.put(address, {**NEW_IDENTITY, "Description": "x"}).json()
    assert (moved["Platform"], moved["Issuer"]) == ("github", moved["Issuer"])
    assert moved["Subject"].startswith("repo:octo-org/")
    assert robot.delete(address, If_Match=got["ETag"]).status_code == 412
    assert robot.delete(address).status_code == 204
    refused(robot.get(address), 404, GONE)


def _with(**more: Any) -> dict[str, Any]:
    return {**RULES, **more}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Issuer: Enter the issuer exactly as tokens have it in iss"),
        ({"Issuer": "https://ci.example.com"}, "Subject: Enter the value that the token must"),
        (_with(Subject="a*b"), "Subject: Enter * only at the end of a part"),
        (_with(Issuer="http://ci.example.com"), "Issuer: Enter the issuer exactly"),
        (_with(Audience="a b"), "Audience: Enter one audience, without spaces."),
        (_with(Claims={"exp": "5"}), "Claims: Enter claims other than iss, sub, aud"),
        (_with(Claims={"ref": 5}), "Claims.ref: Send a string."),
        (_with(Platform="jenkins"), "Platform: Name one of these platforms: github, gitlab"),
        (_with(Platform="github", Fields={"owner": "o"}), "Fields: Give the fields of the"),
        ({"Platform": "github"}, "Fields.owner: Enter a value such as"),
        ({"Platform": "github", "Fields": {"org": "o"}}, "Fields: This platform has no field org."),
        ({"Platform": "github", "Fields": {"owner": "o/"}}, "Fields.owner: Enter a value such as"),
        (_with(Jwks={"keys": []}), "Jwks: This JWKS has no keys."),
        (_with(Jwks=EC.as_dict(private=True)), "Jwks: This is a private key, or has one in it."),
        (_with(Grade="safe"), "Grade: This property cannot be set."),
    ],
)
def test_bad_identity_is_refused(pump: Any, robot: Caller, body: Any, reason: str) -> None:
    reply = robot.post(f"{pump[1]}/FederatedIdentities", body)
    assert (reply.status_code, reply.json()["Reason"][: len(reason)]) == (400, reason)
    assert EC.as_dict(private=True)["d"] not in reply.content.decode()
    assert not FederatedIdentity.objects.exists()


def test_policies_hold_by_the_api(pump: Any, robot: Caller) -> None:
    own = Tenant.objects.filter(pk=robot.tenant.pk)
    own.update(dangerous_rules_forbidden=True)
    identities = f"{pump[1]}/FederatedIdentities"
    wide = {"Platform": "github", "Subject": "repo:octo-org/*"}
    reply = robot.post(identities, wide)
    assert reply.status_code == 400
    assert reply.json()["Reason"].startswith("Subject: ")
    own.update(allowed_issuers=["https://gitlab.com"])
    assert robot.post(identities, NEW_IDENTITY).json()["Reason"].startswith("Issuer: ")


def test_near_misses_show_what_would_fit(
    pump: Any, auditor: Caller, member: Caller, now: datetime
) -> None:
    client, address = pump
    [identity] = insert_identities(client, 1, issuer="https://ci.example.com")
    checks = [
        {"claim": "sub", "sent": "job:deploy", "expected": "job:build", "problem": "subject rule"}
    ]
    NearMiss.objects.create(
        client=client,
        identity=identity,
        at=now,
        address="192.0.2.7",
        verdicts=checks,
    )

    [miss] = auditor.get(f"{address}/NearMisses").json()

    assert (miss["FederatedIdentityId"], miss["PublicKeyId"]) == (identity.pk, None)
    assert (miss["Address"], miss["Signed"]) == ("192.0.2.7", True)
    assert miss["Checks"] == [
        {
            "Claim": "sub",
            "Sent": "job:deploy",
            "Expected": "job:build",
            "Fits": False,
            "Problem": "Make the rule fit, if this machine may have tokens.",
        }
    ]
    assert (miss["Fit"]["Subject"], miss["Fit"]["Issuer"]) == (
        *("job:deploy", "https://ci.example.com"),
    )
    sentence = "You need a role that can see secrets, or to be an Owner of the client."
    refused(member.get(f"{address}/NearMisses"), 403, sentence)
    identity.subject_rule = "job:*"
    identity.save()
    [mended] = auditor.get(f"{address}/NearMisses").json()
    assert (mended["Checks"][0]["Expected"], mended["Checks"][0]["Fits"]) == ("job:*", True)
    assert mended["Fit"] is None


def test_token_is_tested_and_not_kept(pump: Any, robot: Caller) -> None:
    client, address = pump
    [identity] = insert_identities(client, 1, issuer="https://ci.example.com", jwks=JWKS)
    claims = {"iss": identity.issuer, "aud": identity.audience, "jti": MISSING}
    header = {"typ": "JWT", "kid": EC.thumbprint()}
    before = AuditEvent.objects.count()

    for subject, fits in (("job:build", True), ("job:deploy", False)):
        token = assertion("", EC, header=header, sub=subject, **claims)
        reply = robot.post(f"{address}/TestToken", {"Token": f" {token}\n"})
        [trial] = reply.json()
        assert (reply.status_code, trial["Accepted"]) == (200, fits)
        assert (trial["FederatedIdentityId"], trial["PublicKeyId"]) == (identity.pk, None)
        wrong = [check["Claim"] for check in trial["Checks"] if not check["Fits"]]
        assert wrong == ([] if fits else ["sub"])
        assert token not in reply.content.decode()
    assert (AuditEvent.objects.count(), NearMiss.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Token: This field is required."),
        ({"Token": None}, "Token: This field may not be null."),
        ({"Token": "x"}, "Token: This is not a JSON Web Token. Send all of it."),
        ({"Token": "x", "Keep": True}, "Keep: There is no such property."),
    ],
)
def test_text_that_is_no_token_is_refused(pump: Any, robot: Caller, body: Any, reason: str) -> None:
    refused(robot.post(f"{pump[1]}/TestToken", body), 400, reason)
