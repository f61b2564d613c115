"""Which issuer a platform's token is of, and where its keys are."""

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from clients_app.models import FederatedIdentity, FetchedKeySet, NearMiss
from clients_app.services.credentials import key_sets
from clients_app.services.usage import counts
from tests.key_server import KeyServer, key_server
from tests.oauth.assertions import assertion, key_of, register
from tests.oauth.client_authentication.platforms import (
    EC,
    PLATFORM,
    ask,
    problems,
    refusals,
    token,
    trust,
)


def test_token_of_an_issuer_that_the_client_does_not_know_is_no_near_miss(
    good: SimpleNamespace, trusted: FederatedIdentity
):
    assert ask(token(iss="https://evil.example"), client_id=good.id).status == 401
    counts.flush()
    assert not NearMiss.objects.exists()


def test_issuer_with_a_slash_more_is_not_trusted_but_a_near_miss(
    good: SimpleNamespace, trusted: FederatedIdentity
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


def test_key_of_a_client_is_not_that_of_its_platform(
    good: SimpleNamespace, trusted: FederatedIdentity
):
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
