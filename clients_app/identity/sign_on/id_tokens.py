"""The checks of an ID token: OpenID Connect Core 3.1.3.7, all of them.

allauth leaves the signature to TLS, and ``nonce``, ``azp``, ``at_hash`` and ``auth_time`` out.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import jwt
from django.utils.crypto import constant_time_compare

from clients_app.identity.sign_on.discovery import keys_of
from clients_app.identity.sign_on.refusals import SignOnRefused
from clients_app.rules.sign_on_providers import SignOnProvider

_LEEWAY_S: Final = 60  # between the clocks of two servers
_AGAIN_S: Final = 5  # more than the whole visit may have passed since the person signed in there
_SUBJECT_MAX: Final = 255
_DIGESTS: Final = {"256": "sha256", "384": "sha384", "512": "sha512", "EdDSA": "sha512"}
_ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)


class Asked(NamedTuple):
    """What the ID token must answer; ``again`` if the person had to sign in again, at that time."""

    nonce: str
    access_token: str
    again: datetime | None = None


def claims_of(
    id_token: object, provider: SignOnProvider, asked: Asked, *, now: datetime
) -> dict[str, Any]:
    """Return the claims of an ID token that is right in every way. Errors: SignOnRefused."""
    try:
        header = jwt.get_unverified_header(str(id_token))
        claims = _verified(str(id_token), header, provider)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        detail = f"{type(error).__name__}: {error}"[:200]
        raise SignOnRefused("not trusted", provider, detail=detail) from error
    if wrong := _problem(claims, header["alg"], provider, asked):
        raise SignOnRefused("not trusted", provider, detail=wrong)
    if asked.again and not _is_again(claims, asked.again, now):
        raise SignOnRefused("not again", provider, detail="auth_time is missing or old")
    return claims


def proved_at(claims: Mapping[str, Any], *, now: datetime) -> float | None:
    """Return when the person proved who they are, by our clock; None if the provider is silent."""
    signed_in, issued = claims.get("auth_time"), claims["iat"]
    if not _is_moment(signed_in) or signed_in > issued + _AGAIN_S:
        return None
    moment: float = now.timestamp() - max(0, issued - signed_in)
    return moment


def _verified(id_token: str, header: dict[str, Any], provider: SignOnProvider) -> dict[str, Any]:
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in _ALGORITHMS:
        raise jwt.InvalidAlgorithmError(f"alg is {algorithm!r}")
    keys = keys_of(provider, kid)
    if len(keys) != 1:
        raise jwt.InvalidKeyError(f"{len(keys)} keys fit the kid {kid!r}")
    claims: dict[str, Any] = jwt.decode(
        id_token,
        keys[0].key,
        algorithms=[algorithm],
        audience=provider.client_id,
        issuer=provider.issuer,
        leeway=_LEEWAY_S,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    return claims


def _problem(
    claims: Mapping[str, Any], algorithm: str, provider: SignOnProvider, asked: Asked
) -> str:
    """Return what is wrong with verified ``claims``, or an empty text."""
    subject, several = claims["sub"], isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MAX:
        return "sub is empty or too long"
    if not _is_moment(claims["iat"]):
        return "iat is no number"
    if not constant_time_compare(str(claims.get("nonce", "")), asked.nonce):
        return "nonce is not the one that was sent"
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        return "azp is another client"
    if "at_hash" in claims and claims["at_hash"] != _half_hash(asked.access_token, algorithm):
        return "at_hash belongs to another access token"
    return ""


def _is_again(claims: Mapping[str, Any], asked_at: datetime, now: datetime) -> bool:
    """Return whether the person signed in during this visit; two clocks need not agree on it."""
    signed_in, visit_s = claims.get("auth_time"), (now - asked_at).total_seconds()
    if not _is_moment(signed_in):
        return False
    return bool(-_AGAIN_S <= claims["iat"] - signed_in <= visit_s + _AGAIN_S)


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _half_hash(access_token: str, algorithm: str) -> str:
    """Return ``at_hash`` of OpenID Connect Core 3.1.3.6."""
    name = _DIGESTS.get(algorithm) or _DIGESTS[algorithm[2:]]
    digest = hashlib.new(name, access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
