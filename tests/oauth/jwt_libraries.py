"""Three third-party libraries that verify a token with only the JWKS, as an API does."""

import warnings
from typing import Any

import joserfc.errors
import joserfc.jwk
import joserfc.jwt
import jwt

with warnings.catch_warnings(
    record=True
):  # deprecated in favour of joserfc, but a separate implementation
    from authlib.jose import JsonWebKey, JsonWebToken
    from authlib.jose.errors import InvalidClaimError


def by_pyjwt(token: str, jwks: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    key = jwt.PyJWKSet.from_dict(jwks)[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["RS256"], issuer=issuer, audience=audience)


def by_joserfc(token: str, jwks: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    found = joserfc.jwt.decode(token, joserfc.jwk.KeySet.import_key_set(jwks))
    rules = {"iss": issuer, "aud": audience}
    registry = joserfc.jwt.JWTClaimsRegistry(
        **{name: {"essential": True, "value": value} for name, value in rules.items()}
    )
    registry.validate(found.claims)
    assert found.header["typ"] == "at+jwt"
    return found.claims


def by_authlib(token: str, jwks: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    rules = {"iss": issuer, "aud": audience}
    claims = JsonWebToken(["RS256"]).decode(
        token,
        JsonWebKey.import_key_set(jwks),
        claims_options={name: {"essential": True, "value": value} for name, value in rules.items()},
    )
    claims.validate()
    return dict(claims)


#: what each of them raises for the audience of another API
REFUSALS = (jwt.InvalidAudienceError, joserfc.errors.InvalidClaimError, InvalidClaimError)
VERIFIERS = (by_pyjwt, by_joserfc, by_authlib)
