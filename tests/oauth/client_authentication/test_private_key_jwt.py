"""private_key_jwt with registered keys: RFC 7523 with the rules of its successor."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign

from clients_app.models import Client, ClientKey, NearMiss, UsedAssertion
from clients_app.services.credentials import used_assertions
from clients_app.services.usage import counts
from tests.oauth.assertions import (
    ISSUER,
    JWT_BEARER,
    KINDS,
    MISSING,
    TOKEN_ENDPOINT,
    asking,
    assertion,
    key_of,
    register,
)
from tests.oauth.client_authentication.answers import causes, claims_in
from tests.oauth.introspection import INTROSPECT, REVOKE, introspect, post
from tests.oauth.wsgi import Reply, form

Ask = Callable[..., Reply]
EC = key_of("EC")


@pytest.mark.parametrize("alg", KINDS)
def test_assertion_with_each_algorithm_gets_a_token(good: SimpleNamespace, ask: Ask, alg: str):
    key = register(good.row, key_of(KINDS[alg]))

    reply = ask(body=asking(assertion(good.id, key_of(KINDS[alg]), alg=alg)))

    claims = claims_in(reply)
    assert (claims["cred"], claims["sub"], claims["client_id"]) == (
        f"key:{key.pk}",
        good.id,
        good.id,
    )


def test_assertion_of_authlib_gets_a_token(good: SimpleNamespace, own: ClientKey, ask: Ask):
    soon = int(time.time()) + 60  # its default is an hour
    text = private_key_jwt_sign(EC, good.id, ISSUER, alg="ES256", claims={"exp": soon})

    assert ask(body=asking(text, client_id=good.id)).status == 200


GOOD: dict[str, Callable[[], dict[str, Any]]] = {  # times are those of the test
    "no typ": lambda: {"header": {"typ": MISSING}},
    "typ JWT": lambda: {"header": {"typ": "JWT"}},
    "typ in full": lambda: {"header": {"typ": "application/Client-Authentication+JWT"}},
    "kid of the key": lambda: {"header": {"kid": EC.thumbprint()}},
    "no iat": lambda: {"iat": MISSING},
    "nbf": lambda: {"nbf": int(time.time())},
    "exp with a fraction": lambda: {"exp": time.time() + 60.5},
    "longest jti": lambda: {"jti": "x" * 255},
    "surrogate in jti": lambda: {"jti": "\ud800"},
    "other claims": lambda: {"scope": "admin", "groups": ["a"]},
}


@pytest.mark.parametrize("case", GOOD)
def test_assertion_within_the_rules_gets_a_token(
    good: SimpleNamespace, own: ClientKey, ask: Ask, case: str
):
    assert ask(body=asking(assertion(good.id, EC, **GOOD[case]()))).status == 200


def test_assertion_is_accepted_once(good: SimpleNamespace, own: ClientKey, ask: Ask):
    text = assertion(good.id, EC)
    assert ask(body=asking(text)).status == 200

    assert ask(body=asking(text)).status == 401
    again = assertion(good.id, EC, jti=_jti(text), exp=int(time.time()) + 200)
    assert ask(body=asking(again)).status == 401
    assert causes() == ["used-assertion"]
    last = NearMiss.objects.first()
    assert last is not None
    assert [one["claim"] for one in last.verdicts if one["problem"] == "used"] == ["jti"]


def _jti(text: str) -> str:
    return str(jwt.decode(text, options={"verify_signature": False})["jti"])


def test_same_jti_of_another_client_is_accepted(clients: SimpleNamespace, own: ClientKey, ask: Ask):
    register(clients.expired.row, EC)
    for client in (clients.good, clients.expired):
        assert ask(body=asking(assertion(client.id, EC, jti="one"))).status == 200


def test_refused_assertion_is_not_used(good: SimpleNamespace, own: ClientKey, ask: Ask):
    """A client whose clock was wrong may send the same jti again."""
    jti = "again"
    assert ask(body=asking(assertion(good.id, EC, jti=jti, aud="x"))).status == 401

    assert ask(body=asking(assertion(good.id, EC, jti=jti))).status == 200


def test_used_assertions_are_forgotten_after_their_end(
    good: SimpleNamespace, own: ClientKey, ask: Ask, now: datetime
):
    ask(body=asking(assertion(good.id, EC)))
    moment = datetime.now(UTC)

    used_assertions.delete_expired(now=moment + timedelta(seconds=60))
    assert UsedAssertion.objects.count() == 1
    used_assertions.delete_expired(now=moment + timedelta(seconds=120))
    assert not UsedAssertion.objects.exists()


def test_switch_accepts_the_token_endpoint_as_audience(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    Client.objects.filter(pk=good.id).update(accepts_token_endpoint_audience=True)

    assert ask(body=asking(assertion(good.id, EC, aud=TOKEN_ENDPOINT))).status == 200
    assert ask(body=asking(assertion(good.id, EC))).status == 200
    assert ask(body=asking(assertion(good.id, EC, aud=[TOKEN_ENDPOINT]))).status == 401


def test_refused_token_endpoint_is_named_as_such(good: SimpleNamespace, own: ClientKey, ask: Ask):
    ask(body=asking(assertion(good.id, EC, aud=TOKEN_ENDPOINT)))
    counts.flush()

    [miss] = NearMiss.objects.all()
    assert [one["problem"] for one in miss.verdicts if one["claim"] == "aud"] == ["token endpoint"]


def test_switch_demands_the_assertion_type(good: SimpleNamespace, own: ClientKey, ask: Ask):
    Client.objects.filter(pk=good.id).update(demands_assertion_type=True)

    assert ask(body=asking(assertion(good.id, EC))).status == 200
    for typ in ("JWT", MISSING):
        assert ask(body=asking(assertion(good.id, EC, header={"typ": typ}))).status == 401
    assert causes() == ["bad-assertion"]


def test_client_named_in_the_body_must_be_the_one_of_the_assertion(
    clients: SimpleNamespace, own: ClientKey, ask: Ask
):
    register(clients.hybrid.row, EC)  # the same key: only the names differ
    text = assertion(clients.good.id, EC)

    assert ask(body=asking(text, client_id=clients.hybrid.id)).status == 401
    assert ask(body=asking(text, client_id="somebody")).status == 401
    assert ask(body=asking(text, client_id=clients.good.id.upper())).status == 200


@pytest.mark.parametrize("kind", ["disabled", "removed"])
def test_client_out_of_service_is_counted_as_such(clients: SimpleNamespace, ask: Ask, kind: str):
    client = getattr(clients, kind)
    register(client.row, EC)

    assert ask(body=asking(assertion(client.id, EC))).status == 401
    assert causes() == [f"client-{kind}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion_type": ""},
        {"client_assertion": ""},
    ],
)
def test_half_an_assertion_is_refused(
    good: SimpleNamespace, own: ClientKey, ask: Ask, fields: dict[str, str]
):
    body = {"client_assertion_type": JWT_BEARER, "client_assertion": assertion(good.id, EC)}
    reply = ask(body=form(grant_type="client_credentials", **{**body, **fields}))

    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")


def test_assertion_works_at_introspection_and_revocation(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    token = ask(body=asking(assertion(good.id, EC))).json()["access_token"]
    assert introspect(good, token)["active"] is True

    def sent(text: str) -> bytes:
        return form(client_assertion_type=JWT_BEARER, client_assertion=text, token=token)

    reply = post(INTROSPECT, good, "", authorization=None, body=sent(assertion(good.id, EC)))
    assert reply.json()["active"] is True
    text = assertion(good.id, EC)
    assert post(REVOKE, good, "", authorization=None, body=sent(text)).status == 200
    assert introspect(good, token) == {"active": False}
    assert post(REVOKE, good, "", authorization=None, body=sent(text)).status == 401


def test_removed_key_ends_its_tokens(good: SimpleNamespace, own: ClientKey, ask: Ask):
    token = ask(body=asking(assertion(good.id, EC))).json()["access_token"]
    ClientKey.objects.filter(pk=own.pk).update(removed_at=datetime.now(UTC))

    assert introspect(good, token) == {"active": False}
