"""Which access tokens are accepted: JWT-3 to JWT-5, KEY-4 and KEY-5."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rest_framework_simplejwt.exceptions import TokenError

from clients_app.models import SigningKey
from clients_app.services.signing_keys.private_keys import base64url, loaded_key
from clients_app.services.tokens.access_tokens import AccessToken
from clients_app.services.tokens.claims import CLAIMS
from tests.services.tokens.conftest import AUDIENCE, CLIENT, MOMENT, SECONDS, issued, verified


@pytest.mark.parametrize("claim", [claim.name for claim in CLAIMS if claim.is_required])
def test_token_without_a_required_claim_is_refused(kid: str, claim: str):
    with pytest.raises(TokenError):
        verified(signed(kid, {}, **{claim: None}))


def test_expired_token_is_refused_without_leeway(kid: str):
    """Valid one second before, not at the second."""
    token = issued(kid)
    end = datetime.fromtimestamp(SECONDS + 600, tz=UTC)

    assert verified(token, now=end - timedelta(seconds=1))["exp"] == SECONDS + 600
    with pytest.raises(TokenError):
        verified(token, now=end)


def test_token_with_another_audience_is_refused(kid: str, settings: Any):
    """JWT-4."""
    settings.TOKEN_AUDIENCE = "https://api.example.com"
    token = issued(kid)

    assert verified(token, audience="https://api.example.com")["aud"] == "https://api.example.com"
    with pytest.raises(TokenError):
        verified(token, audience=AUDIENCE)


def signed(kid: str, header: dict[str, Any], **changes: Any) -> str:
    """Return a token signed with our key, with ``header`` and ``changes`` applied."""
    claims = jwt.decode(issued(kid), options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    headers = {"kid": kid, "typ": "at+jwt"} | header
    return jwt.encode(kept, loaded_key(kid).private, "ES256", headers=headers)


def test_unchanged_token_is_accepted(kid: str):
    assert verified(signed(kid, {}))["sub"] == CLIENT.id
    assert verified(signed(kid, {"typ": "application/AT+JWT"}))["sub"] == CLIENT.id


SPOILT: dict[str, Callable[[str], str]] = {
    "no text": lambda kid: "",
    "no token": lambda kid: "abc",
    "three dots": lambda kid: "...",
    "not ASCII": lambda kid: "é.é.é",
    "typ JWT": lambda kid: signed(kid, {"typ": "JWT"}),
    "no typ": lambda kid: signed(kid, {"typ": None}),
    "other kid": lambda kid: signed(kid, {"kid": "other"}),
    "path as kid": lambda kid: signed(kid, {"kid": "../../x"}),
    "SQL as kid": lambda kid: signed(kid, {"kid": "' OR 1=1 --"}),
    "crit": lambda kid: signed(kid, {"crit": ["exp"]}),
    "other issuer": lambda kid: signed(kid, {}, iss="https://evil.test/identity"),
    "other audience": lambda kid: signed(kid, {}, aud="https://evil.test"),
    "expired": lambda kid: signed(kid, {}, exp=SECONDS - 1),
    "not yet valid": lambda kid: signed(kid, {}, nbf=SECONDS + 12),
    "issued in the future": lambda kid: signed(kid, {}, iat=SECONDS + 12),
    "exp as text": lambda kid: signed(kid, {}, exp="never"),
    "no exp": lambda kid: signed(kid, {}, exp=None),
    "no jti": lambda kid: signed(kid, {}, jti=None),
    "no tenant": lambda kid: signed(kid, {}, tid=None),
    "cut signature": lambda kid: issued(kid)[:-4],
    "payload of another": lambda kid: ".".join(
        [*issued(kid).split(".")[:1], signed(kid, {}, sub="x").split(".")[1], issued(kid)[-86:]]
    ),
    "alg none": lambda kid: jwt.encode(
        jwt.decode(issued(kid), options={"verify_signature": False}),
        None,
        "none",
        headers={"kid": kid, "typ": "at+jwt"},
    ),
    "HS256 with the public key": lambda kid: hmac_with_public_key(kid),
    "own key in the header": lambda kid: with_own_key(kid),
}


def hmac_with_public_key(kid: str) -> str:
    """Return a token whose HMAC key is our public key; PyJWT refuses to create it."""
    public = loaded_key(kid).private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = json.dumps({"alg": "HS256", "kid": kid, "typ": "at+jwt"}).encode()
    message = f"{base64url(header).decode()}.{issued(kid).split('.')[1]}"
    return f"{message}.{base64url(hmac.digest(pem, message.encode(), 'sha256')).decode()}"


def with_own_key(kid: str) -> str:
    own = ec.generate_private_key(ec.SECP256R1())
    claims = jwt.decode(issued(kid), options={"verify_signature": False})
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
    headers = {"kid": kid, "typ": "at+jwt", "jwk": jwk, "jku": "https://evil.test/jwks"}
    return jwt.encode(claims, own, "ES256", headers=headers)


@pytest.mark.parametrize("name", SPOILT)
def test_forged_token_is_refused(kid: str, name: str):
    """JWT-3."""
    token = SPOILT[name](kid)

    with pytest.raises(TokenError):
        verified(token)


def test_token_of_a_withdrawn_key_is_refused(kid: str):
    """KEY-5: immediately, without a restart."""
    token = issued(kid)
    assert verified(token)["sub"] == CLIENT.id

    SigningKey.objects.update(state=SigningKey.State.REMOVED)

    with pytest.raises(TokenError):
        verified(token)


def test_token_issued_up_to_ten_seconds_in_the_future_is_accepted(kid: str):
    """JWT-5: leeway for the issue time, none for the expiry."""
    assert verified(signed(kid, {}, iat=SECONDS + 10, nbf=SECONDS + 10))["iat"] == SECONDS + 10


def test_token_without_a_valid_signature_costs_no_query(kid: str, django_assert_num_queries: Any):
    """Unknown keys, forgeries, and expired tokens."""
    good = issued(kid)
    unknown = [signed(kid, {"kid": f"unknown {number}"}) for number in range(50)]
    verified(good)

    with django_assert_num_queries(0):
        for token in (*unknown, good[:-4], hmac_with_public_key(kid), with_own_key(kid)):
            with pytest.raises(TokenError):
                verified(token)
        with pytest.raises(TokenError):
            verified(good, now=MOMENT + timedelta(hours=1))
    with django_assert_num_queries(1):
        verified(good)


def test_token_of_the_next_key_is_refused(kid: str):
    """KEY-4: the next key is published but does not sign yet."""
    token = issued(kid)
    SigningKey.objects.update(state=SigningKey.State.NEXT, signs_from=MOMENT)

    with pytest.raises(TokenError):
        verified(token)


def test_verification_cannot_be_switched_off(kid: str):
    """simplejwt's ``verify=False`` does not make a forgery readable."""
    with pytest.raises(TokenError):
        AccessToken(hmac_with_public_key(kid), verify=False)
