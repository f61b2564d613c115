"""ID tokens: who signed in, when and how, for the client that sent them here.

Source: OpenID Connect Core sections 2, 3.1.3.6, 3.3.2.11 and 5.4.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import jwt

from clients_app import conf
from clients_app.models import Authorization, Person
from clients_app.selectors.people.lookup import rights_of
from clients_app.services.signing_keys import private_keys, public_keys

_TYPE: Final = "JWT"
#: of ID tokens and userinfo, for the metadata
CLAIM_NAMES: Final = (
    *("iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "amr", "acr", "at_hash", "c_hash"),
    *("tid", "role_type", "name", "preferred_username", "email"),
)
#: of the hashes of codes and access tokens; Ed25519 signs with SHA-512
_HASHES: Final = {"EdDSA": hashlib.sha512}


def issue_id_token(
    authorization: Authorization,
    *,
    kid: str,
    now: datetime,
    access_token: str = "",
    code: str = "",
    with_nonce: bool = True,
) -> str:
    """Return an ID token about the person of ``authorization``, signed with the key ``kid``.

    It has digests of the ``access_token`` and ``code`` that come with it. A refresh leaves out the
    nonce (OpenID Connect Core section 12.2).
    Errors: NoSigningKey, SigningKeyLost.
    """
    key = private_keys.loaded_key(kid)
    person, client = authorization.person, authorization.client
    second = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": conf.issuer(),
        "sub": str(person.pk),
        "aud": str(client.pk),
        "iat": second,
        "exp": second + client.token_lifetime_s,
        "auth_time": int(authorization.auth_time.timestamp()),
        "nonce": authorization.nonce if with_nonce else "",
        "amr": authorization.amr.split(),
        "acr": authorization.acr,
        "at_hash": _half_hash(access_token, key.algorithm),
        "c_hash": _half_hash(code, key.algorithm),
        "tid": str(client.tenant_id),
        "role_type": sorted(str(right) for right in rights_of(person)),
        **claims_about(person, authorization.scope.split()),
    }
    header = _segment({"alg": key.algorithm, "kid": kid, "typ": _TYPE})
    message = b"%b.%b" % (header, _segment({name: one for name, one in claims.items() if one}))
    return (b"%b.%b" % (message, private_keys.base64url(key.sign(message)))).decode()


def claims_about(person: Person, scopes: list[str]) -> dict[str, str]:
    """Return what ``scopes`` say about a person, as far as the portal knows it."""
    claims: dict[str, str] = {}
    if "profile" in scopes:
        claims |= {"name": str(person), "preferred_username": person.username}
    if "email" in scopes and person.email:
        claims["email"] = person.email
    return claims


def hinted(plain: str) -> dict[str, Any] | None:
    """Return the claims of an ID token that this portal issued, also if it has expired.

    Source: OpenID Connect RP-Initiated Logout 1.0 section 2.
    """
    try:
        header = jwt.get_unverified_header(plain)
        key = public_keys.public_key_of(header.get("kid", ""))
        if key is None or header.get("typ") != _TYPE or "crit" in header:
            return None
        claims: dict[str, Any] = jwt.decode(
            plain,
            key.key,
            algorithms=[key.algorithm_name],
            issuer=conf.issuer(),
            options={
                "require": ["iss", "sub", "aud", "exp"],
                "verify_exp": False,
                "verify_aud": False,
            },
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
        return None
    return claims if public_keys.is_trusted(header["kid"]) else None


def _half_hash(text: str, algorithm: str) -> str:
    """Return the left half of a digest (``at_hash``, ``c_hash``); empty for an empty text."""
    if not text:
        return ""
    digest = _HASHES.get(algorithm, hashlib.sha256)(text.encode("ascii")).digest()
    return private_keys.base64url(digest[: len(digest) // 2]).decode()


def _segment(members: Mapping[str, Any]) -> bytes:
    return private_keys.base64url(json.dumps(members, separators=(",", ":")).encode())
