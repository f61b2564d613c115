"""Tokens that this portal did not issue are inactive, however similar they are."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import SigningKey
from clients_app.services.signing_keys import public_keys
from clients_app.services.signing_keys.private_keys import base64url, loaded_key
from tests.oauth.introspection import INACTIVE, INTROSPECT, introspect, post, token_of
from tests.rsa_keys import key_of_a_stranger

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

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
    """The claims of the token under another header, with a good signature of our own key."""
    return lambda token, kid: signed(token, kid, changes, loaded_key(kid).sign)


def signed(token: str, kid: str, changes: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """Return the claims of ``token`` under a header with ``changes``, signed by ``sign``."""
    header = {"alg": "RS256", "kid": kid, "typ": "at+jwt"} | changes
    header = {name: value for name, value in header.items() if value is not None}
    message = f"{segment(json.dumps(header).encode())}.{token.split('.')[1]}"
    return f"{message}.{segment(sign(message.encode()))}"


def with_hmac(make_key: Callable[[Any], bytes]) -> Forgery:
    """A token that takes our public key, in some form, for the secret of an HMAC."""

    def forge(token: str, kid: str) -> str:
        key = make_key(loaded_key(kid).private.public_key())
        return signed(token, kid, {"alg": "HS256"}, lambda text: hmac.digest(key, text, "sha256"))

    return forge


def with_pss(token: str, kid: str) -> str:
    """A token signed by our key with an algorithm that is not the key's."""
    padding = PSS(MGF1(SHA256()), SHA256().digest_size)
    private = loaded_key(kid).private
    return signed(token, kid, {"alg": "PS256"}, lambda text: private.sign(text, padding, SHA256()))


def with_own_key(token: str, kid: str) -> str:
    """A token that brings its own public key."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(FOREIGN.public_key(), as_dict=True)
    return signed(
        token,
        kid,
        {"jwk": public, "jku": "http://127.0.0.1:1/"},
        lambda text: FOREIGN.sign(text, PKCS1v15(), SHA256()),
    )


FOREIGN = key_of_a_stranger()


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
    "unsigned": lambda token, kid: signed(token, kid, {"alg": "none"}, lambda text: b""),
    "unsigned, with a signature": with_header(alg="none"),
    "HMAC": with_hmac(
        lambda key: key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
    "HMAC, DER": with_hmac(
        lambda key: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ),
    "another algorithm": with_pss,
    "an unknown algorithm": with_header(alg="RS257"),
    "no algorithm": with_header(alg=None),
    "unknown key": with_header(kid="unknown"),
    "no key": with_header(kid=None),
    "a number for a key": with_header(kid=7),
    "a path for a key": with_header(kid="../../x"),
    "SQL for a key": with_header(kid="' OR 1=1 --"),
    "NUL for a key": with_header(kid="\x00"),
    "a long key": with_header(kid="x" * 10_000),
    "own key": with_own_key,
    "no type": with_header(typ=None),
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
    strange = [with_header(kid=f"unknown {n}")(token, signing_key.kid) for n in range(500)]

    with CaptureQueriesContext(connection) as captured:
        answers = {post(INTROSPECT, api, one).body for one in strange}

    assert answers == {INACTIVE}
    assert len(captured) <= 1
