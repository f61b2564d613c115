"""ID tokens: OpenID Connect Core sections 2, 3.1.3.6 and 3.3.2.11."""

from datetime import timedelta
from hashlib import sha512
from typing import Any

import jwt
import pytest
import time_machine

from clients_app import conf
from clients_app.models import Authorization, Client, Tenant
from clients_app.services.signing_keys.private_keys import loaded_key
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.id_tokens import CLAIM_NAMES, hinted, issue_id_token
from clients_app.services.tokens.validity import active_token
from tests.factories import make_client, make_person
from tests.services.tokens.conftest import MOMENT, SECONDS, issued


@pytest.fixture
def authorization(tenant: Tenant) -> Authorization:
    made = make_client(
        "Server", tenant, client_type="hybrid", redirect_uris=("https://a.example/",)
    )
    person = make_person("ann", tenant, email="ann@herons.example")
    return Authorization.objects.create(
        client=made.client,
        person=person,
        scope="email openid profile",
        auth_time=MOMENT - timedelta(minutes=5),
        amr="pwd",
        acr="tenant:1",
        nonce="n",
        access_version=1,
        created_at=MOMENT,
        expires_at=MOMENT,
    )


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_hashes_are_those_of_the_algorithm(
    authorization: Authorization, settings: Any, algorithm: str
):
    """As foreign libraries compute them; EdDSA with Ed25519 hashes by SHA-512."""
    settings.TOKEN_SIGNING_ALGORITHM = algorithm
    kid = ensure_active_key(now=MOMENT).kid
    token = issue_id_token(authorization, kid=kid, now=MOMENT, access_token="a", code="c")

    key = loaded_key(kid).private.public_key()
    with time_machine.travel(MOMENT, tick=False):
        claims = jwt.decode(
            token, key, algorithms=[algorithm], audience=str(authorization.client_id)
        )
    hashed = jwt.PyJWS().get_algorithm_by_name(algorithm)
    for name, text in (("at_hash", b"a"), ("c_hash", b"c")):
        digest = sha512(text).digest() if algorithm == "EdDSA" else hashed.compute_hash_digest(text)
        half = digest[: len(digest) // 2]
        assert claims[name] == jwt.utils.base64url_encode(half).decode()
    assert set(claims) == set(CLAIM_NAMES)
    assert claims["auth_time"] == SECONDS - 300


def test_claims_that_have_no_value_are_left_out(authorization: Authorization, kid: str):
    authorization.nonce = authorization.acr = authorization.amr = ""
    authorization.scope = "openid"
    token = issue_id_token(authorization, kid=kid, now=MOMENT)

    assert set(jwt.decode(token, options={"verify_signature": False})) == {
        *("iss", "sub", "aud", "iat", "exp", "auth_time", "tid", "role_type")
    }


def test_id_token_is_no_access_token(authorization: Authorization, kid: str):
    with time_machine.travel(MOMENT, tick=False):
        assert active_token(issue_id_token(authorization, kid=kid, now=MOMENT)) is None


def test_hint_may_have_expired(authorization: Authorization, kid: str):
    token = issue_id_token(authorization, kid=kid, now=MOMENT)

    with time_machine.travel(MOMENT + timedelta(days=3), tick=False):
        claims = hinted(token)
    assert claims is not None
    assert claims["sub"] == str(authorization.person_id)
    assert claims["aud"] == str(Client.objects.get().pk)


def test_forged_hint_is_none(authorization: Authorization, kid: str):
    token = issue_id_token(authorization, kid=kid, now=MOMENT)
    head, body, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    other = jwt.encode({**claims, "iss": "https://evil.test"}, loaded_key(kid).private, "ES256")
    unsigned = jwt.encode(claims, None, "none", headers={"typ": "JWT", "kid": kid})

    for forged in ("", "x", "a.b.c", f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA"):
        assert hinted(forged) is None
    for forged in (other, unsigned, issued(kid), f"{token}x", "ü"):
        assert hinted(forged) is None
    assert claims["iss"] == conf.issuer()
