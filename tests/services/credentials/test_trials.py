"""A pasted token, tried on each credential of a client; nothing is kept. FED-8."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from clients_app import conf
from clients_app.models import Client, FetchedKeySet
from clients_app.rules.jwts import thumbprint_of, to_base64url
from clients_app.services.credentials.trials import Trial, trials_of
from tests.credentials import insert_identities, insert_keys
from tests.moments import NOW, SECOND

ISSUER = "https://issuer.example"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
JWK: dict[str, Any] = KEY.as_dict(private=False)


def signed(claims: dict[str, Any], key: ECKey = KEY, **header: Any) -> str:
    now = int(NOW.timestamp())
    whole = {"aud": conf.issuer(), "exp": now + 60, "iat": now, "jti": "a", **claims}
    named = {"alg": "ES256", "kid": "one", **header}
    return jwt.encode({name: one for name, one in named.items() if one is not None}, whole, key)


def of_platform(**claims: Any) -> dict[str, Any]:
    return {"iss": ISSUER, "sub": "job:build", **claims}


def wrong(trial: Trial) -> dict[str, str]:
    return {check.claim: check.problem for check in trial.checks if not check.fits}


def trial(client: Client, token: str) -> Trial:
    found = trials_of(client, token, now=NOW)
    assert found
    return found[0]


def test_token_that_fits_is_accepted_with_pasted_and_with_fetched_keys(client: Client) -> None:
    pasted = insert_identities(client, 1, jwks={"keys": [JWK]}, audience=conf.issuer())[0]
    tried = trial(client, signed(of_platform()))
    assert (tried.credential, tried.is_accepted) == (pasted, True)

    client.identities.update(jwks=None)
    assert wrong(trial(client, signed(of_platform()))) == {"kid": "no keys"}
    fetched = {"url": ISSUER, "is_issuer": True, "jwks": {"keys": [JWK]}, "due_at": NOW}
    row = FetchedKeySet.objects.create(fetched_at=NOW, **fetched)
    assert trial(client, signed(of_platform())).is_accepted
    row.fetched_at = NOW - timedelta(hours=24)  # the token endpoint does not use them either
    row.save()
    assert wrong(trial(client, signed(of_platform()))) == {"kid": "no keys"}
    slash = trial(client, signed(of_platform(iss=f"{ISSUER}/")))
    assert wrong(slash) == {"iss": "platform issuer slash"}


def test_tokens_of_a_disabled_client_are_refused_as_by_the_token_endpoint(client: Client) -> None:
    insert_identities(client, 1, jwks={"keys": [JWK]}, audience=conf.issuer())
    insert_keys(client, 1, jwk=JWK, thumbprint=thumbprint_of(JWK))
    client.is_enabled = False
    own = {"iss": str(client.pk), "sub": str(client.pk)}
    for claims in (own, of_platform()):
        assert wrong(trial(client, signed(claims))) == {"client_id": "disabled client"}


def test_own_assertion_is_tried_on_the_keys_of_the_client(client: Client) -> None:
    insert_keys(client, 1, jwk=JWK, thumbprint=thumbprint_of(JWK))
    own = {"iss": str(client.pk), "sub": str(client.pk)}

    assert trial(client, signed(own)).is_accepted
    assert wrong(trial(client, signed({**own, "exp": int(NOW.timestamp()) + 900}))) == {
        "exp": "long life"
    }


@pytest.mark.parametrize(
    ("token", "problems"),
    [
        (lambda: signed(of_platform(sub="job:other")), {"sub": "subject rule"}),
        (lambda: signed(of_platform(aud="x")), {"aud": "platform audience"}),
        (lambda: signed(of_platform(), kid="two"), {"kid": "unknown key"}),
        (lambda: signed(of_platform(), kid=""), {"kid": "unknown key"}),
        (
            lambda: signed(of_platform(), ECKey.generate_key("P-256")),
            {"kid": "signature"},
        ),
        (
            lambda: signed(of_platform(exp=int((NOW - 31 * SECOND).timestamp()))),
            {"exp": "expired"},
        ),
    ],
)
def test_each_thing_that_is_wrong_is_named(
    client: Client, token: Callable[[], str], problems: dict[str, str]
) -> None:
    insert_identities(client, 1, jwks={"keys": [JWK]}, audience=conf.issuer())

    tried = trial(client, token())

    assert wrong(tried) == problems
    assert not tried.is_accepted


def test_token_without_kid_of_an_issuer_with_many_keys_is_told_to_send_it(client: Client) -> None:
    jwks = [{**ECKey.generate_key("P-256").as_dict(private=False), "kid": str(n)} for n in range(3)]
    insert_identities(client, 1, jwks={"keys": [JWK, *jwks]}, audience=conf.issuer())

    assert wrong(trial(client, signed(of_platform(), kid=None))) == {"kid": "many keys"}
    assert trial(client, signed(of_platform())).is_accepted


def test_credential_that_fits_best_comes_first(client: Client) -> None:
    more = {"jwks": {"keys": [JWK]}, "audience": conf.issuer()}
    insert_identities(client, 1, subject_rule="none", issuer="https://a.example", **more)
    best = insert_identities(client, 1, **more)[0]
    insert_identities(client, 1, subject_rule="none", **more)
    insert_identities(client, 1, expires_at=NOW - timedelta(days=1), **more)

    found = trials_of(client, signed(of_platform()), now=NOW)

    assert found
    assert [len(wrong(one)) for one in found] == [0, 1, 2]
    assert found[0].credential == best


@pytest.mark.parametrize("text", ["", "a.b.c", "a", json.dumps({"a": 1}), "e30.e30"])
def test_text_that_is_no_jwt_has_no_trials(client: Client, text: str) -> None:
    insert_identities(client, 1)

    assert trials_of(client, text, now=NOW) is None


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {}, {"alg": 7, "kid": 8}]
)
def test_algorithm_that_the_key_does_not_have_is_named(
    client: Client, header: dict[str, Any]
) -> None:
    insert_identities(client, 1, jwks={"keys": [JWK]}, audience=conf.issuer())
    _, claims, signature = signed(of_platform()).split(".")
    head = to_base64url(json.dumps(header).encode())

    found = wrong(trial(client, f"{head}.{claims}.{signature}"))

    assert found in ({"alg": "algorithm"}, {"kid": "unknown key"})
