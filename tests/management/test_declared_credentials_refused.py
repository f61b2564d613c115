"""Public keys and federated identities in a file that `apply` refuses: `plan` says so before."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from clients_app.models import AuditEvent, Client, Tenant
from clients_app.rules.jwts import to_base64url
from tests.certificates import certificate_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_client
from tests.management.conftest import CommandResult
from tests.oauth.assertions import key_of

EC, OKP = key_of("EC"), key_of("OKP")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
ISSUER = {"issuer": "https://ci.example.com", "subject": "job:build"}
GITHUB = {"platform": "github", "issuer": "https://token.actions.githubusercontent.com"}


def public(key: Any, **more: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


def certificate(start: datetime) -> str:
    return certificate_of(EC.private_key, start=start, life=DAY)


#: what is refused: a key or an identity, the field and the sentence, and policies of the tenant
KEYS: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "a certificate that expired": (
        {"key": certificate(NOW - 2 * DAY)},
        "key: This certificate expired on",
        {},
    ),
    "a certificate of later": (
        {"key": certificate(NOW + DAY)},
        "key: This certificate is valid from",
        {},
    ),
    "a weak key": (
        {"key": {"kty": "RSA", "e": "AQAB", "n": to_base64url(b"\xff" * 128)}},
        "key: Use an RSA key of 2048 to 8192 bits.",
        {},
    ),
    "a private key": ({"key": EC.as_dict(private=True)}, "key: This is a private key,", {}),
    "two keys": (
        {"key": {"keys": [public(EC), public(OKP)]}},
        "key: Enter one key at a time.",
        {},
    ),
    "an address without https": (
        {"jwks_url": "http://a.example.com/jwks"},
        "jwks_url: Enter an address that",
        {},
    ),
    "an end in the past": (
        {"key": public(EC), "expires": "2020-01-01 00:00"},
        "expires: ",
        {},
    ),
    "no end": (
        {"key": public(EC), "expires": "never"},
        "expires: A policy of this tenant does not allow Never Expires.",
        {"never_expires_allowed": False},
    ),
    "a late end": (
        {"key": public(EC), "expires": f"{NOW + 40 * DAY:%Y-%m-%d %H:%M}"},
        "expires: Enter an earlier date. The policies",
        {"secret_days_max": 30},
    ),
}
IDENTITIES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "a certificate that expired": (
        {**ISSUER, "jwks": certificate(NOW - 2 * DAY)},
        "jwks: This certificate expired on",
        {},
    ),
    "a private key": (
        {**ISSUER, "jwks": EC.as_dict(private=True)},
        "jwks: This is a private key,",
        {},
    ),
    "a dangerous rule": (
        {**GITHUB, "subject": "repo:*"},
        "subject: ",
        {"dangerous_rules_forbidden": True},
    ),
    "an issuer that is not allowed": (
        ISSUER,
        "issuer: ",
        {"allowed_issuers": ["https://gitlab.com"]},
    ),
    "an issuer of the portal": (
        {**ISSUER, "issuer": "http://localhost:8000/identity"},
        "issuer: Enter the issuer of a platform",
        {},
    ),
    "no end": (
        {**ISSUER, "expires": "never"},
        "expires: A policy of this tenant does not allow Never Expires.",
        {"never_expires_allowed": False},
    ),
}
CASES = [
    *(("public_keys", *case) for case in KEYS.values()),
    *(("federated_identities", *case) for case in IDENTITIES.values()),
]
FINE = {
    "public_keys": {"jwks_url": "https://fine.example.com/jwks"},
    "federated_identities": {
        "issuer": "https://gitlab.com",
        "subject": "project_path:a/b:ref_type:branch:ref:main",
    },
}
Declared = Callable[..., CommandResult]


def in_file(kind: str, *credentials: Any, name: str = "Pump") -> str:
    return json.dumps({"clients": [{"name": name, kind: credentials}]})


def refused(declared: Declared, text: str) -> str:
    """Return what both commands say; neither changes anything."""
    before = AuditEvent.objects.count()
    with time_machine.travel(datetime.now(UTC), tick=False):  # an error can name a minute
        plan, applied = declared("plan", text), declared("apply", text)
    assert plan == applied
    assert (plan.status, plan.out, AuditEvent.objects.count()) == (1, "", before)
    return plan.error


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize(("kind", "wrong", "sentence", "policies"), CASES, ids=[*KEYS, *IDENTITIES])
def test_plan_refuses_what_apply_refuses(
    tenant: Tenant,
    declared: Declared,
    kind: str,
    wrong: dict[str, Any],
    sentence: str,
    policies: dict[str, Any],
) -> None:
    make_client("Pump", tenant)
    Tenant.objects.filter(pk=tenant.pk).update(**policies)

    of_client = refused(declared, in_file(kind, wrong))
    of_new_client = refused(declared, in_file(kind, wrong, name="New"))
    second = refused(declared, in_file(kind, FINE[kind], wrong, name="New"))

    assert f"(Pump): {kind}.1.{sentence}" in of_client
    assert f"(New): {kind}.1.{sentence}" in of_new_client
    assert f"(New): {kind}.2.{sentence}" in second


@pytest.mark.sweep(on="postgresql")
@pytest.mark.parametrize(
    ("kind", "insert"), [("public_keys", insert_keys), ("federated_identities", insert_identities)]
)
def test_plan_refuses_an_eleventh_credential(
    tenant: Tenant, declared: Declared, kind: str, insert: Any
) -> None:
    client = make_client("Pump", tenant).client
    eleven: list[dict[str, Any]] = [
        {"jwks_url": f"https://{number}.example.com/jwks"}
        if kind == "public_keys"
        else {**ISSUER, "subject": f"job:{number}"}
        for number in range(11)
    ]

    assert "A client has at most 10" in refused(declared, in_file(kind, *eleven))
    assert "A client has at most 10" in refused(declared, in_file(kind, *eleven, name="New"))
    assert client == Client.objects.get()


def test_plan_refuses_a_second_key_with_one_kid(tenant: Tenant, declared: Declared) -> None:
    keys = [{"key": public(key, kid="main")} for key in (EC, OKP)]

    said = refused(declared, in_file("public_keys", *keys))

    assert "public_keys.2.key: Give each key of a client its own kid" in said


def test_plan_refuses_a_secret_that_a_policy_forbids(tenant: Tenant, declared: Declared) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden="on")

    said = refused(declared, json.dumps({"clients": [{"name": "New"}]}))

    assert "A policy of this tenant forbids new secrets" in said


def test_plan_refuses_clients_for_which_the_tenant_has_no_room(
    tenant: Tenant, declared: Declared, settings: Any
) -> None:
    settings.CLIENTS_PER_TENANT = 1

    said = refused(declared, json.dumps({"clients": [{"name": "A"}, {"name": "B"}]}))

    assert "clients 2 (B): This tenant has 1 clients" in said
