"""Refused assertions are counted at the key or the identity that signed them (LOG-4)."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import ClientKey, FederatedIdentity, TokenRefusal
from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.usage import counts
from tests.credentials import insert_identities
from tests.moments import NOW
from tests.oauth.assertions import ISSUER, MISSING, asking, assertion, key_of, register
from tests.oauth.wsgi import environ, through_the_short_entrance
from tests.responses import text_of

EC, OTHER = key_of("EC"), key_of("EC", 1)
JWKS = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}
PLATFORM = "https://ci.example"


@pytest.fixture(autouse=True)
def _nothing_noted(db: None) -> None:
    near_misses.noted.clear()
    counts.refused_requests.refused.take()
    key_sets.forget()


def refused(text: str, **fields: str) -> None:
    reply = through_the_short_entrance(environ(body=asking(text, **fields)))
    assert reply.status == 401


def named() -> set[tuple[str, int | None, int | None]]:
    counts.flush()
    return set(TokenRefusal.objects.values_list("cause", "key_id", "identity_id"))


@pytest.mark.both_databases
def test_group_of_refusals_names_the_last_key(good: SimpleNamespace) -> None:
    first, second = register(good.row, EC), register(good.row, OTHER)
    for key in (EC, EC, OTHER):
        refused(assertion(good.id, key, header={"kid": key.thumbprint()}, aud="urn:other"))
    refused(assertion(good.id, key_of("EC", 2), header={"kid": EC.thumbprint()}))
    assert named() == {("wrong-audience", second.pk, None), ("unknown-key", None, None)}
    refused(assertion(good.id, EC, header={"kid": EC.thumbprint()}, aud="urn:other"))
    counts.flush()
    assert TokenRefusal.objects.get(key=first).requests == 4


def test_expired_key_and_another_kid_are_named(good: SimpleNamespace) -> None:
    expired = register(good.row, EC, expires_at=NOW)
    refused(assertion(good.id, EC, header={"kid": EC.thumbprint()}))
    assert named() == {("unknown-key", expired.pk, None)}
    live = register(good.row, OTHER)
    refused(assertion(good.id, OTHER, header={"kid": "other"}))
    assert named() == {("unknown-key", live.pk, None)}


def trust(good: SimpleNamespace, **more: Any) -> FederatedIdentity:
    rules = {"issuer": PLATFORM, "audience": ISSUER, "jwks": JWKS, "expires_at": None, **more}
    [row] = insert_identities(good.row, 1, **rules)
    return row


def of_platform(**more: Any) -> str:
    header = {"typ": "JWT", "kid": EC.thumbprint()}
    claims = {"iss": PLATFORM, "sub": "job:deploy", "jti": MISSING, **more}
    return assertion("", EC, header=header, **claims)


def test_identity_is_named_also_when_it_expired(good: SimpleNamespace) -> None:
    identity = trust(good)
    refused(of_platform(), client_id=good.id)
    assert named() == {("wrong-claims", None, identity.pk)}
    FederatedIdentity.objects.update(expires_at=datetime(2026, 11, 24, tzinfo=UTC))
    TokenRefusal.objects.all().delete()
    refused(of_platform(), client_id=good.id)
    assert named() == {("wrong-claims", None, identity.pk)}


def test_screens_and_exports_name_the_key(
    good: SimpleNamespace, administrator_browser: Browser
) -> None:
    key = register(good.row, EC, description="Build <server>")
    refused(assertion(good.id, EC, header={"kid": EC.thumbprint()}, aud="urn:other"))
    counts.flush()
    page = text_of(administrator_browser.get(f"/security/clients/{good.id}/activity"))
    assert "audience of the assertion, <bdi>Build &lt;server&gt;</bdi>" in page
    assert ClientKey.objects.get().refusals.get().proof == key
