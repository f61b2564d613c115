"""Tokens of platforms prove the clients whose federated identities trust them."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from clients_app.models import FederatedIdentity, NearMiss, UsedAssertion
from clients_app.selectors.credentials.near_misses import near_misses_of
from clients_app.services.credentials import near_misses
from clients_app.services.usage import counts
from tests.moments import NOW
from tests.oauth.assertions import ISSUER, MISSING, key_of
from tests.oauth.client_authentication.platforms import EC, ask, problems, refusals, token, trust
from tests.oauth.introspection import introspect


def test_token_of_the_platform_gets_a_token(good: SimpleNamespace, trusted: FederatedIdentity):
    reply = ask(token(), client_id=good.id)

    assert reply.status == 200, reply.body
    plain = reply.json()["access_token"]
    claims = jwt.decode(plain, options={"verify_signature": False})
    assert (claims["cred"], claims["client_id"]) == (f"identity:{trusted.pk}", good.id)
    assert introspect(good, plain)["active"] is True
    FederatedIdentity.objects.update(removed_at=datetime.now(UTC))
    assert introspect(good, plain) == {"active": False}
    assert ask(token(), client_id=good.id).status == 401


def test_token_may_be_used_until_it_ends(good: SimpleNamespace, trusted: FederatedIdentity):
    """A pod reads the same file again and again."""
    text = token(jti="one", aud=[ISSUER])
    assert [ask(text, client_id=good.id).status for _ in range(2)] == [200, 200]
    assert not UsedAssertion.objects.exists()


def test_client_id_decides_for_which_client(clients: SimpleNamespace, trusted: FederatedIdentity):
    others = trust(clients.expired)
    for client, identity in ((clients.good, trusted), (clients.expired, others)):
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
    good: SimpleNamespace, trusted: FederatedIdentity, forged: dict[str, Any], problem: str
):
    """Its claims could tempt people to make a rule fit what a stranger wrote."""
    text = token(key_of("EC", 9), sub="repo:evil/r:ref:refs/heads/main", **forged)

    assert ask(text, client_id=good.id).status == 401
    assert refusals() == ["unknown-key"]
    [miss] = near_misses_of(good.row, now=datetime.now(UTC))
    assert (miss.is_signed, miss.identity, miss.fit) == (False, None, None)
    assert problems(miss) == [("kid", problem), ("sub", "subject rule")]


def test_tokens_that_strangers_write_do_not_fill_the_list(
    good: SimpleNamespace, trusted: FederatedIdentity
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
