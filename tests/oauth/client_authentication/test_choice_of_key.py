"""Which registered keys an assertion is tried with."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from clients_app.models import ClientKey, NearMiss
from clients_app.services.usage import counts
from tests.oauth.assertions import asking, assertion, key_of, register
from tests.oauth.client_authentication.answers import causes, claims_in
from tests.oauth.wsgi import Reply

Ask = Callable[..., Reply]
EC = key_of("EC")


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
        "claim": "kid", "sent": "mine", "expected": EC.thumbprint(), "problem": "unknown key",
    }  # fmt: skip


def test_second_key_of_a_client_is_found_without_kid(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    second = register(good.row, key_of("EC", 1))

    assert claims_in(ask(body=asking(assertion(good.id, EC))))["cred"] == f"key:{own.pk}"
    reply = ask(body=asking(assertion(good.id, key_of("EC", 1))))
    assert claims_in(reply)["cred"] == f"key:{second.pk}"


def test_jwt_without_kid_is_tried_with_three_keys_at_most(
    good: SimpleNamespace, own: ClientKey, ask: Ask
):
    """Trying a key takes as long as all the rest: strangers could make a hundred be tried."""
    for number in (1, 2):
        register(good.row, key_of("EC", number))
    register(good.row, key_of("RSA"))  # of another algorithm
    assert ask(body=asking(assertion(good.id, EC))).status == 200
    register(good.row, key_of("EC", 3))

    assert ask(body=asking(assertion(good.id, EC))).status == 401
    assert causes() == ["unknown-key"]
    miss = NearMiss.objects.get()
    assert (miss.is_signed, miss.verdicts[0]["problem"]) == (False, "many keys")
    named = assertion(good.id, EC, header={"kid": EC.thumbprint()})
    assert ask(body=asking(named)).status == 200


def test_key_for_one_rsa_algorithm_verifies_no_other(good: SimpleNamespace, ask: Ask):
    rsa = RSAKey.import_key({**key_of("RSA").as_dict(private=True), "alg": "PS256"})
    register(good.row, rsa)

    assert ask(body=asking(assertion(good.id, key_of("RSA"), alg="PS256"))).status == 200
    assert ask(body=asking(assertion(good.id, key_of("RSA"), alg="RS256"))).status == 401
