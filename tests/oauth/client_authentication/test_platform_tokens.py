"""Tokens of platforms prove the clients whose federated identities trust them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from clients_app.models import (
    FederatedIdentity,
    FetchedKeySet,
    NearMiss,
    TokenRefusal,
    UsedAssertion,
)
from clients_app.selectors.credentials.near_misses import near_misses_of
from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.usage import counts
from tests.credentials import insert_identities
from tests.key_server import KeyServer, key_server
from tests.moments import NOW
from tests.oauth.assertions import ISSUER, MISSING, asking, assertion, key_of, register
from tests.oauth.introspection import introspect
from tests.oauth.wsgi import Reply, environ, through_the_short_entrance

PLATFORM = "https://ci.example"
SUBJECT = "repo:o/r:ref:refs/heads/main"
EC = key_of("EC")
JWKS = {"keys": [{**EC.as_dict(private=False), "kid": EC.thumbprint()}]}


def trust(client: Any, **more: Any) -> FederatedIdentity:
    rules = {"issuer": PLATFORM, "audience": ISSUER, "subject_rule": SUBJECT, "jwks": JWKS}
    [row] = insert_identities(client.row, 1, **{**rules, "expires_at": None, **more})
    return row


@pytest.fixture
def own(good: SimpleNamespace) -> FederatedIdentity:
    """An identity of the good client."""
    return trust(good)


def token(key: Any = EC, **more: Any) -> str:
    header = {"typ": "JWT", "kid": EC.thumbprint(), **more.pop("header", {})}
    claims = {"iss": PLATFORM, "sub": SUBJECT, "jti": MISSING, **more}
    return assertion("", key, header=header, **claims)


def ask(text: str, **fields: str) -> Reply:
    return through_the_short_entrance(environ(body=asking(text, **fields)))


def refusals() -> list[str]:
    counts.flush()
    return list(TokenRefusal.objects.values_list("cause", flat=True))


def problems(miss: NearMiss) -> list[tuple[str, str]]:
    return [(one["claim"], one["problem"]) for one in miss.verdicts if one["problem"]]


def test_token_of_the_platform_gets_a_token(good: SimpleNamespace, own: FederatedIdentity):
    reply = ask(token(), client_id=good.id)

    assert reply.status == 200, reply.body
    plain = reply.json()["access_token"]
    claims = jwt.decode(plain, options={"verify_signature": False})
    assert (claims["cred"], claims["client_id"]) == (f"identity:{own.pk}", good.id)
    assert introspect(good, plain)["active"] is True
    FederatedIdentity.objects.update(removed_at=datetime.now(UTC))
    assert introspect(good, plain) == {"active": False}
    assert ask(token(), client_id=good.id).status == 401


def test_token_may_be_used_until_it_ends(good: SimpleNamespace, own: FederatedIdentity):
    """A pod reads the same file again and again."""
    text = token(jti="one", aud=[ISSUER])
    assert [ask(text, client_id=good.id).status for _ in range(2)] == [200, 200]
    assert not UsedAssertion.objects.exists()


def test_client_id_decides_for_which_client(clients: SimpleNamespace, own: FederatedIdentity):
    others = trust(clients.expired)
    for client, identity in ((clients.good, own), (clients.expired, others)):
        reply = ask(token(), client_id=client.id)
        claims = jwt.decode(reply.json()["access_token"], options={"verify_signature": False})
        assert (claims["client_id"], claims["cred"]) == (client.id, f"identity:{identity.pk}")
    assert ask(token()).status == 401
    assert ask(token(), client_id=clients.hybrid.id).status == 401


WRONG: dict[str, tuple[dict[str, Any], str, tuple[str, str]]] = {
    "another subject": ({"sub": "repo:o/r:pull_request"}, "wrong-claims", ("sub", "subject rule")),
    "another audience": ({"aud": "x"}, "wrong-audience", ("aud", "platform audience")),
    "expired": ({"exp": 1_700_000_000}, "wrong-time", ("exp", "expired")),
    "no end": ({"exp": MISSING}, "wrong-time", ("exp", "no end")),
    "several audiences": (
        {"aud": [ISSUER, "https://other.example"]},
        "wrong-audience",
        ("aud", "several platform audiences"),
    ),
    "no audience": ({"aud": MISSING}, "wrong-audience", ("aud", "no platform audience")),
    "audience with a slash": (
        {"aud": f"{ISSUER}/"},
        "wrong-audience",
        ("aud", "platform audience"),
    ),
    "from the future": ({"nbf": 4_000_000_000}, "wrong-time", ("nbf", "future")),
    "two years of life": (
        {"exp": 2_000_000_000},
        "wrong-time",
        ("exp", "long platform life"),
    ),
    "crit": ({"header": {"crit": ["exp"]}}, "bad-assertion", ("crit", "critical")),
    "jku": ({"header": {"jku": "https://evil.example"}}, "bad-assertion", ("jku", "own key")),
    "x5u": ({"header": {"x5u": "https://evil.example"}}, "bad-assertion", ("x5u", "own key")),
    "type": ({"header": {"typ": "logout+jwt"}}, "bad-assertion", ("typ", "platform type")),
    "another branch": ({"ref": "dev"}, "wrong-claims", ("ref", "claim rule")),
    "its own key": (
        {"header": {"jwk": EC.as_dict(private=False)}, "ref": "main"},
        "bad-assertion",
        ("jwk", "own key"),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_token_that_misses_a_rule_is_a_near_miss(good: SimpleNamespace, case: str):
    identity = trust(good, claim_rules={"ref": "main"})
    more, cause, problem = WRONG[case]

    reply = ask(token(**{"ref": "main", **more}), client_id=good.id)

    assert reply.json() == {
        "error": "invalid_client",
        "error_description": "Client authentication failed.",
    }
    assert refusals() == [cause]
    miss = NearMiss.objects.get()
    assert (str(miss.client_id), miss.identity_id, miss.key_id) == (good.id, identity.pk, None)
    assert problems(miss) == [problem]


@pytest.mark.parametrize(
    ("forged", "problem"),
    [
        ({}, "signature"),
        ({"header": {"kid": "unknown"}}, "unknown key"),
        ({"header": {"kid": MISSING}}, "signature"),
    ],
)
def test_token_of_an_unknown_key_is_a_near_miss_without_a_fit(
    good: SimpleNamespace, own: FederatedIdentity, forged: dict[str, Any], problem: str
):
    """Its claims could tempt people to make a rule fit what a stranger wrote."""
    text = token(key_of("EC", 9), sub="repo:evil/r:ref:refs/heads/main", **forged)

    assert ask(text, client_id=good.id).status == 401
    assert refusals() == ["unknown-key"]
    [miss] = near_misses_of(good.row, now=datetime.now(UTC))
    assert (miss.is_signed, miss.identity, miss.fit) == (False, None, None)
    assert problems(miss) == [("kid", problem), ("sub", "subject rule")]


def test_token_of_an_issuer_that_the_client_does_not_know_is_no_near_miss(
    good: SimpleNamespace, own: FederatedIdentity
):
    assert ask(token(iss="https://evil.example"), client_id=good.id).status == 401
    counts.flush()
    assert not NearMiss.objects.exists()


def test_tokens_that_strangers_write_do_not_fill_the_list(
    good: SimpleNamespace, own: FederatedIdentity
):
    for _ in range(6):
        for _ in range(4):
            ask(token(key_of("EC", 9)), client_id=good.id)
        assert len(near_misses.noted) == near_misses.UNSIGNED_OF_CLIENT_MAX
        ask(token(aud="x"), client_id=good.id)
        counts.flush()

    signed = [miss.is_signed for miss in NearMiss.objects.all()]
    assert (signed.count(True), signed.count(False)) == (6, near_misses.UNSIGNED_MAX)


def test_one_of_several_identities_is_enough_and_the_nearest_is_shown(good: SimpleNamespace):
    far = trust(good, subject_rule="repo:x/y:*", audience="x", claim_rules={"a": "b"})
    near = trust(good, subject_rule="repo:o/r:ref:refs/heads/release")
    assert ask(token(), client_id=good.id).status == 401
    counts.flush()
    assert NearMiss.objects.get().identity_id == near.pk != far.pk
    fits = trust(good)

    claims = jwt.decode(
        ask(token(), client_id=good.id).json()["access_token"],
        options={"verify_signature": False},
    )

    assert claims["cred"] == f"identity:{fits.pk}"


def test_expired_identity_is_a_near_miss(good: SimpleNamespace):
    trust(good, expires_at=NOW)

    assert ask(token(), client_id=good.id).status == 401
    assert refusals() == ["wrong-claims"]
    assert problems(NearMiss.objects.get()) == [("identity", "expired identity")]


def test_issuer_with_a_slash_more_is_not_trusted_but_a_near_miss(
    good: SimpleNamespace, own: FederatedIdentity
):
    assert ask(token(iss=f"{PLATFORM}/"), client_id=good.id).status == 401
    assert refusals() == ["wrong-claims"]
    assert problems(NearMiss.objects.get()) == [("iss", "platform issuer slash")]
    forged = token(key_of("EC", 9), iss=f"{PLATFORM}/")
    for text in (token(iss=[PLATFORM]), token(iss=f"{PLATFORM}/x"), forged):
        assert ask(text, client_id=good.id).status == 401
    assert set(refusals()) == {"wrong-claims", "unknown-key"}
    assert NearMiss.objects.filter(is_signed=True).count() == 1


def test_issuer_without_its_slash_is_not_trusted_but_a_near_miss(good: SimpleNamespace):
    trust(good, issuer=f"{PLATFORM}/")

    assert ask(token(), client_id=good.id).status == 401
    assert refusals() == ["wrong-claims"]
    assert problems(NearMiss.objects.get()) == [("iss", "platform issuer slash")]
    trust(good)
    assert ask(token(), client_id=good.id).status == 200


def test_key_of_a_client_is_not_that_of_its_platform(good: SimpleNamespace, own: FederatedIdentity):
    register(good.row, key_of("EC", 1))

    text = token(key_of("EC", 1), header={"kid": key_of("EC", 1).thumbprint()})
    assert ask(text, client_id=good.id).status == 401
    own_text = assertion(good.id, EC, header={"kid": EC.thumbprint()})
    assert ask(own_text, client_id=good.id).status == 401
    assert ask(assertion(good.id, key_of("EC", 1)), client_id=good.id).status == 200


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr(key_sets, "WAIT_S", 20.0)
    with key_server() as running:
        document = {"issuer": running.origin, "jwks_uri": running.url}
        running.say(document, path="/.well-known/openid-configuration")
        running.publish(EC)
        yield running


@pytest.mark.django_db(transaction=True)
def test_keys_of_the_issuer_are_found_by_discovery(good: SimpleNamespace, platform: KeyServer):
    trust(good, issuer=platform.origin, jwks=None)
    FetchedKeySet.objects.create(url=platform.origin, is_issuer=True, due_at=datetime.now(UTC))

    for _ in range(2):
        assert ask(token(iss=platform.origin), client_id=good.id).status == 200
    assert platform.asked == ["/.well-known/openid-configuration", "/jwks"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("named", ["", "/"])
def test_issuer_entered_with_the_wrong_slash_is_a_near_miss_and_its_keys_verify_nothing(
    good: SimpleNamespace, platform: KeyServer, named: str
):
    issuer = platform.origin + named
    entered = platform.origin if named else f"{platform.origin}/"
    document = {"issuer": issuer, "jwks_uri": platform.url}
    platform.say(document, path="/.well-known/openid-configuration")
    trust(good, issuer=entered, jwks=None)
    FetchedKeySet.objects.create(url=entered, is_issuer=True, due_at=datetime.now(UTC))

    assert ask(token(iss=issuer), client_id=good.id).status == 401
    assert ask(token(iss=entered), client_id=good.id).status == 401
    assert set(refusals()) == {"wrong-claims", "unknown-key"}
    unsigned, signed = NearMiss.objects.order_by("is_signed")
    assert problems(signed) == [("iss", "platform issuer slash")]
    assert problems(unsigned) == [("kid", "no keys")]
