"""private_key_jwt with registered keys: RFC 7523 with the rules of its successor."""

import hmac
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from authlib.oauth2.rfc7523.assertion import private_key_jwt_sign
from joserfc.jwk import OctKey, RSAKey

from clients_app.models import Client, ClientKey, NearMiss, TokenRefusal, UsedAssertion
from clients_app.models.defaults import new_id
from clients_app.services.credentials import near_misses, used_assertions
from clients_app.services.usage import counts
from tests.oauth.assertions import (
    ISSUER,
    JWT_BEARER,
    KINDS,
    MISSING,
    TOKEN_ENDPOINT,
    asking,
    assertion,
    b64,
    by_hand,
    claims_of,
    key_of,
    register,
)
from tests.oauth.introspection import INTROSPECT, REVOKE, introspect, post
from tests.oauth.wsgi import Reply, basic, form

Ask = Callable[..., Reply]
EC = key_of("EC")
DAY = 86_400


@pytest.fixture(autouse=True)
def _nothing_noted() -> None:
    near_misses.noted.clear()
    counts.refused_requests.refused.take()


@pytest.fixture
def own(good: SimpleNamespace) -> ClientKey:
    """The key of the good client."""
    return register(good.row, EC)


def claims_in(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply.body
    return jwt.decode(reply.json()["access_token"], options={"verify_signature": False})


def causes() -> list[str]:
    counts.flush()
    return list(TokenRefusal.objects.values_list("cause", flat=True))


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


def seconds(**moments: int) -> dict[str, Any]:
    return {name: int(time.time()) + moment for name, moment in moments.items()}


#: what is wrong, and the cause that is counted
WRONG: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "aud is another server": ("wrong-audience", lambda: {"aud": "https://other.example"}),
    "aud has a slash more": ("wrong-audience", lambda: {"aud": f"{ISSUER}/"}),
    "aud in upper case": ("wrong-audience", lambda: {"aud": ISSUER.upper()}),
    "aud is a list of one": ("wrong-audience", lambda: {"aud": [ISSUER]}),
    "aud is a list": ("wrong-audience", lambda: {"aud": [ISSUER, "https://other.example"]}),
    "aud is empty": ("wrong-audience", lambda: {"aud": ""}),
    "no aud": ("wrong-audience", lambda: {"aud": MISSING}),
    "aud is the token endpoint": ("wrong-audience", lambda: {"aud": TOKEN_ENDPOINT}),
    "no iss": ("wrong-claims", lambda: {"iss": MISSING}),
    "iss is another": ("wrong-claims", lambda: {"iss": str(new_id())}),
    "iss is no text": ("wrong-claims", lambda: {"iss": ["x"]}),
    "no sub": ("wrong-claims", lambda: {"sub": MISSING}),
    "sub is somebody": ("wrong-claims", lambda: {"sub": "somebody"}),
    "no jti": ("wrong-claims", lambda: {"jti": MISSING}),
    "jti is empty": ("wrong-claims", lambda: {"jti": ""}),
    "jti is a number": ("wrong-claims", lambda: {"jti": 7}),
    "jti is too long": ("wrong-claims", lambda: {"jti": "x" * 256}),
    "no exp": ("wrong-time", lambda: {"exp": MISSING}),
    "exp is a text": ("wrong-time", lambda: {"exp": "9999999999"}),
    "exp is true": ("wrong-time", lambda: {"exp": True}),
    "exp is beyond all": ("wrong-time", lambda: {"exp": 10**30}),
    "expired": ("wrong-time", lambda: seconds(iat=-90, exp=-31)),
    "too long a life": ("wrong-time", lambda: seconds(exp=600)),
    "a day of life": ("wrong-time", lambda: seconds(exp=DAY)),
    "iat in the future": ("wrong-time", lambda: seconds(iat=300)),
    "nbf in the future": ("wrong-time", lambda: seconds(nbf=300)),
    "iat is a text": ("wrong-time", lambda: {"iat": "now"}),
    "typ of an access token": ("bad-assertion", lambda: {"header": {"typ": "at+jwt"}}),
    "typ of an ID token": ("bad-assertion", lambda: {"header": {"typ": "id+jwt"}}),
    "crit": ("bad-assertion", lambda: {"header": {"crit": ["x"], "x": 1}}),
    "b64 in crit": ("bad-assertion", lambda: {"header": {"crit": ["b64"], "b64": True}}),
    "jku": ("bad-assertion", lambda: {"header": {"jku": "https://evil.example/jwks"}}),
    "x5u": ("bad-assertion", lambda: {"header": {"x5u": "https://evil.example/x"}}),
    "jwk": ("bad-assertion", lambda: {"header": {"jwk": EC.as_dict(private=False)}}),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_assertion_is_refused_and_counted(
    good: SimpleNamespace, own: ClientKey, ask: Ask, case: str
):
    cause, parts = WRONG[case]

    reply = ask(body=asking(assertion(good.id, EC, **parts())))

    assert reply.status == 401
    assert reply.json() == {
        "error": "invalid_client",
        "error_description": "Client authentication failed.",
    }
    assert causes() == [cause]
    miss = NearMiss.objects.get()
    assert (str(miss.client_id), miss.key_id, miss.address) == (good.id, own.pk, "192.0.2.7")
    wrong = [verdict for verdict in miss.verdicts if verdict["problem"]]
    assert wrong, case


def attacker() -> Any:
    return key_of("EC", 9)


def by_mac(client_id: str) -> str:
    """The public key as the secret of a MAC: a known attack on careless verifiers."""
    secret = EC.as_pem(private=False)
    return by_hand(
        {"alg": "HS256"},
        claims_of(client_id),
        sign=lambda message: hmac.digest(secret, message, "sha256"),
    )


def with_signature(alg: Any, signature: bytes) -> Callable[[str], str]:
    return lambda client_id: by_hand({"alg": alg}, claims_of(client_id), sign=lambda _: signature)


FORGED: dict[str, Callable[[str], str]] = {
    "none": with_signature("none", b""),
    "None with a signature": with_signature("None", b"x"),
    "HS256 with the public key": by_mac,
    "HS256 with the thumbprint": lambda c: assertion(
        c, OctKey.import_key(EC.thumbprint()), alg="HS256"
    ),
    "another key": lambda c: assertion(c, attacker()),
    "another key in its jwk": lambda c: assertion(
        c, attacker(), header={"jwk": attacker().as_dict(private=False)}
    ),
    "unknown kid": lambda c: assertion(c, attacker(), header={"kid": "unknown"}),
    "our kid, another key": lambda c: assertion(c, attacker(), header={"kid": EC.thumbprint()}),
    "kid is a list": lambda c: assertion(c, attacker(), header={"kid": []}),
    "another algorithm": lambda c: assertion(c, key_of("RSA"), alg="RS256"),
    "algorithm is a number": with_signature(5, b"x" * 64),
    "no algorithm": with_signature(None, b"x" * 64),
    "signature of zeros": with_signature("ES256", bytes(64)),
    "signature in DER": with_signature("ES256", b"\x30\x06" + bytes(6)),
    "no signature": lambda c: assertion(c, EC).rpartition(".")[0] + ".",
    "changed claims": lambda c: _with_claims(assertion(c, EC), claims_of(c)),
}


def _with_claims(text: str, claims: dict[str, Any]) -> str:
    header, _, signature = text.split(".")
    return ".".join((header, by_hand({}, claims).split(".")[1], signature))


@pytest.mark.parametrize("case", FORGED)
def test_forgery_is_refused_and_shown_as_not_signed(
    good: SimpleNamespace, own: ClientKey, ask: Ask, case: str
):
    reply = ask(body=asking(FORGED[case](good.id)))

    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    assert causes() == ["unknown-key"]
    miss = NearMiss.objects.get()
    assert (miss.is_signed, miss.key) == (False, None)
    assert miss.verdicts[0]["problem"] in {"signature", "unknown key"}
    assert not UsedAssertion.objects.exists()


MALFORMED: dict[str, Callable[[str], str]] = {
    "words": lambda text: "words",
    "two parts": lambda text: text.rpartition(".")[0],
    "five parts": lambda text: f"{text}.a.b",
    "padding": lambda text: f"{text}=",
    "line break": lambda text: f"{text}\n",
    "too long": lambda text: f"{text}{'A' * 17_000}",
    "header is a list": lambda text: f"W10.{text.partition('.')[2]}",
    "bits that mean nothing": lambda text: f"{text[:-1]}{chr(ord(text[-1]) + 1)}",
    "header is no JSON": lambda text: f"AAAA.{text.partition('.')[2]}",
    "NaN": lambda text: _with_json(text, '{"exp": NaN}'),
    "nested": lambda text: _with_json(text, "[" * 5000),
    "a claim twice": lambda text: _with_json(text, '{"sub": "a", "sub": "b"}'),
}


def _with_json(text: str, claims: str) -> str:
    header, _, signature = text.split(".")
    return ".".join((header, b64(claims.encode()).decode(), signature))


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_assertion_is_refused_and_counted(
    good: SimpleNamespace, own: ClientKey, ask: Ask, case: str
):
    text = MALFORMED[case](assertion(good.id, EC))

    reply = ask(body=asking(text, client_id=good.id))

    assert (reply.status, reply.json()["error"]) == (401, "invalid_client")
    assert causes() == ["bad-assertion"]


def test_refusals_are_the_same_bytes_for_every_cause(
    clients: SimpleNamespace, own: ClientKey, ask: Ask
):
    good = clients.good.id
    register(clients.disabled.row, EC)
    replies = [
        ask(body=asking(text))
        for text in (
            "words",
            assertion(good, attacker()),
            assertion(good, EC, aud="https://other.example"),
            assertion(str(new_id()), EC),
            assertion("nobody", EC),
            assertion(clients.disabled.id, EC),
            assertion(clients.hybrid.id, EC),
        )
    ]
    wrong_secret = ask(
        body=form(grant_type="client_credentials", client_id=good, client_secret="x")
    )
    assert all(reply == replies[0] for reply in [*replies, wrong_secret])


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


@pytest.mark.parametrize(
    "columns",
    [
        {"removed_at": datetime(2026, 1, 2, tzinfo=UTC)},
        {"expires_at": datetime(2026, 11, 1, tzinfo=UTC)},
    ],
)
def test_key_that_is_removed_or_expired_gets_nothing(
    good: SimpleNamespace, own: ClientKey, ask: Ask, columns: dict[str, Any]
):
    assert ask(body=asking(assertion(good.id, EC))).status == 200
    ClientKey.objects.filter(pk=own.pk).update(**columns)

    assert ask(body=asking(assertion(good.id, EC))).status == 401
    assert causes() == ["unknown-key"]
    problems = [one["problem"] for miss in NearMiss.objects.all() for one in miss.verdicts]
    assert ("expired key" in problems) == ("expires_at" in columns)


def test_right_key_with_another_kid_is_a_near_miss(good: SimpleNamespace, own: ClientKey, ask: Ask):
    assert ask(body=asking(assertion(good.id, EC, header={"kid": "mine"}))).status == 401

    counts.flush()
    kid = NearMiss.objects.get().verdicts[0]
    assert kid == {
        "claim": "kid", "sent": "mine", "wanted": EC.thumbprint(), "problem": "unknown key",
    }  # fmt: skip


def test_second_key_of_a_client_is_found_without_kid(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    second = register(good.row, key_of("EC", 1))

    assert claims_in(ask(body=asking(assertion(good.id, EC))))["cred"] == f"key:{own.pk}"
    reply = ask(body=asking(assertion(good.id, key_of("EC", 1))))
    assert claims_in(reply)["cred"] == f"key:{second.pk}"


def test_key_for_one_rsa_algorithm_verifies_no_other(good: SimpleNamespace, ask: Ask):
    rsa = RSAKey.import_key({**key_of("RSA").as_dict(private=True), "alg": "PS256"})
    register(good.row, rsa)

    assert ask(body=asking(assertion(good.id, key_of("RSA"), alg="PS256"))).status == 200
    assert ask(body=asking(assertion(good.id, key_of("RSA"), alg="RS256"))).status == 401


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


def test_assertion_and_secret_are_two_ways(good: SimpleNamespace, own: ClientKey, ask: Ask):
    text = assertion(good.id, EC)
    for reply in (
        ask(body=asking(text, client_id=good.id, client_secret=good.plain)),
        ask(body=asking(text), authorization=basic(good.id, good.plain)),
    ):
        assert (reply.status, reply.json()["error"]) == (400, "invalid_request")
    assert ask(body=asking(text)).status == 200  # it was not used by that


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


def test_near_misses_have_no_token_and_are_twenty_at_most(
    good: SimpleNamespace, own: ClientKey, ask: Ask, now: datetime
):
    for number in range(30):
        text = assertion(good.id, EC, aud=f"https://{number}.example/\x00")
        ask(body=asking(text))
        assert text.rpartition(".")[2] not in json.dumps(near_misses.noted[-1].verdicts)
        counts.flush()
    rows = list(NearMiss.objects.all())
    assert len(rows) == 20
    assert "29.example" in json.dumps(rows[0].verdicts)
    assert "10.example" in json.dumps(rows[-1].verdicts)


def test_flood_of_near_misses_is_noted_at_a_bounded_rate(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    for _ in range(12):
        ask(body=asking(assertion(good.id, EC, aud="x")))
    assert len(near_misses.noted) == near_misses.OF_CLIENT_MAX


def test_near_misses_are_gone_after_a_day(good: SimpleNamespace, own: ClientKey, ask: Ask):
    ask(body=asking(assertion(good.id, EC, aud="x")))
    counts.flush()
    moment = datetime.now(UTC) + timedelta(hours=24)

    near_misses.remove_old(now=moment - timedelta(minutes=1))
    assert NearMiss.objects.count() == 1
    near_misses.remove_old(now=moment + timedelta(minutes=1))
    assert not NearMiss.objects.exists()
