"""Tokens that this portal did not issue are inactive, however similar they are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import (
    SigningKey,
)
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.private_keys import base64url, loaded_key
from tests.oauth.introspection import INACTIVE, INTROSPECT, introspect, post, token_of

Forgery = Callable[[str, str], str]


def resigned(**changes: Any) -> Forgery:
    """The claims of the token with ``changes``, signed by our own key."""

    def forge(token: str, kid: str) -> str:
        claims = jwt.decode(token, options={"verify_signature": False}) | changes
        headers = {"kid": kid, "typ": changes.get("_typ", "at+jwt")}
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, loaded_key(kid).private, "RS256", headers=headers)

    return forge


def with_header(**changes: Any) -> Forgery:
    """The token with another header and its own claims and signature."""

    def forge(token: str, kid: str) -> str:
        header = {"alg": "RS256", "kid": kid, "typ": "at+jwt"} | changes
        spelt = json.dumps(header, sort_keys=True, separators=(",", ":"))
        return ".".join([segment(spelt.encode()), *token.split(".")[1:]])

    return forge


def segment(content: bytes) -> str:
    return base64url(content).decode()


TOMORROW = int(datetime.now(UTC).timestamp()) + 86_400  # the suite may run for a long time


FORGED: dict[str, Forgery] = {
    "a word": lambda token, kid: "abc",
    "two dots": lambda token, kid: "..",
    "other alphabet": lambda token, kid: "жетон.é.\U0001f511",
    "NUL": lambda token, kid: "\x00",
    "opaque": lambda token, kid: "2YotnFZFEjr1zCsicMWpAA",
    "a space before": lambda token, kid: f" {token}",
    "a line after": lambda token, kid: f"{token}\n",
    "truncated": lambda token, kid: token[:-1],
    "without signature": lambda token, kid: token.rpartition(".")[0] + ".",
    "another signature": lambda token, kid: token[:-8] + "AAAAAAAA",
    "another payload": lambda token, kid: ".".join(
        [token.split(".")[0], segment(b'{"sub":"x"}'), token.split(".")[2]]
    ),
    "unsigned": with_header(alg="none"),
    "HMAC": with_header(alg="HS256"),
    "another algorithm": with_header(alg="PS256"),
    "unknown key": with_header(kid="unknown"),
    "no key": with_header(kid=None),
    "a number for a key": with_header(kid=7),
    "a path for a key": with_header(kid="../../x"),
    "SQL for a key": with_header(kid="' OR 1=1 --"),
    "NUL for a key": with_header(kid="\x00"),
    "a long key": with_header(kid="x" * 10_000),
    "own key": with_header(jwk={"kty": "oct", "k": "AAAA"}, jku="http://127.0.0.1:1/"),
    "ID token": resigned(_typ="JWT"),
    "another issuer": resigned(iss="https://evil.test/identity"),
    "another audience": resigned(aud="https://evil.test"),
    "expired": resigned(exp=1_000_000_000),
    "not yet valid": resigned(nbf=TOMORROW),
    "of the future": resigned(iat=TOMORROW),
    "another client": resigned(client_id="7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"),
    "another tenant": resigned(tid="7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"),
    "another secret": resigned(cred=10**9),
    "no secret": resigned(cred=None),
    "deep header": lambda token, kid: f"{segment(b'[' * 20_000)}.e30.AAAA",
    "deep payload": lambda token, kid: f"{token.split('.')[0]}.{segment(b'[' * 20_000)}.AAAA",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_forged_token_is_inactive(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey, forgery: str
):
    """JWT-3 and INT-1: exactly inactive for every caller, and nothing in the log is an error."""
    token = FORGED[forgery](token_of(good), signing_key.kid)

    assert introspect(api, token) == {"active": False}
    assert introspect(good, token) == {"active": False}


def test_unchanged_token_is_active(
    api: SimpleNamespace, good: SimpleNamespace, signing_key: SigningKey
):
    token = token_of(good)
    for same in (resigned(), with_header()):
        assert introspect(api, same(token, signing_key.kid))["active"] is True


def test_unknown_keys_cost_no_query_each(
    api: SimpleNamespace,
    good: SimpleNamespace,
    signing_key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
):
    """A caller with credentials may send anything: the keys are rarely read for it."""
    monkeypatch.setattr(public_keys, "READ_AGAIN_AFTER_S", 3600.0)  # instead of one second
    token = token_of(good)
    introspect(api, token)
    strange = [with_header(kid=f"unknown {n}")(token, "") for n in range(2000)]

    with CaptureQueriesContext(connection) as captured:
        answers = {post(INTROSPECT, api, one).body for one in strange}

    assert answers == {INACTIVE}
    assert len(captured) <= 1
