"""Signs and verifies access tokens. ``claims`` has their contents.

Source: RFC 9068; JWT-1 to JWT-6.
"""

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import jwt
from jwt.utils import base64url_decode
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.tokens import Token

from clients_app import conf
from clients_app.limits import CLOCK_AHEAD_MAX_S, TOKEN_LIFETIME_DEFAULT_S
from clients_app.services.signing_keys import private_keys, public_keys
from clients_app.services.tokens.claims import REQUIRED, TokenTemplate, claims_json

TYPES: Final = ("at+jwt", "application/at+jwt")  # RFC 9068 section 4


class IssuedToken(NamedTuple):
    """The three members of a token response that differ from one to the next."""

    token: str
    expires_in: int
    scope: str


def issue_access_token(
    template: TokenTemplate, *, kid: str, now: datetime, extra_claims: Mapping[str, Any]
) -> IssuedToken:
    """Return a new token, signed with the key ``kid``.

    PyJWT is not used here: it encodes header and claims for each token.
    Errors: NoSigningKey, SigningKeyLost.
    """
    key = private_keys.loaded_key(kid)
    claims = private_keys.base64url(claims_json(template, at=now, extra=extra_claims).encode())
    message = key.header_segment + b"." + claims
    token = message + b"." + private_keys.base64url(key.sign(message))
    return IssuedToken(token.decode(), template.lifetime_s, template.scope)


class VerifyingBackend(TokenBackend):
    """Verifies a token with the portal's key that its header names."""

    def __init__(self, *, audience: str | None) -> None:
        super().__init__("RS256", audience=audience, issuer=conf.issuer())

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a valid token of this portal, for this audience if there is one.

        Errors: TokenBackendError for any other, whatever ``verify`` is. Only a token with a valid
        signature takes a query.
        """
        try:
            kid = _kid_of(str(token).partition(".")[0])
            found = public_keys.public_key_of(kid)
            if found is None:
                raise TokenBackendError("unknown key")
            whole = jwt.decode_complete(
                token,
                found.key,
                algorithms=[found.algorithm_name],  # the key's, whatever the header says
                audience=self.audience,
                issuer=self.issuer,
                leeway=CLOCK_AHEAD_MAX_S,  # for iat and nbf
                options={"require": list(REQUIRED), "verify_aud": self.audience is not None},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise TokenBackendError("invalid token") from error
        header: dict[str, Any] = whole["header"]
        claims: dict[str, Any] = whole["payload"]
        if str(header.get("typ")).lower() not in TYPES or "crit" in header:
            raise TokenBackendError("not an access token")
        if claims["exp"] <= time.time():  # without leeway
            raise TokenBackendError("expired")
        if not public_keys.is_trusted(kid):
            raise TokenBackendError("withdrawn key")
        return claims


@lru_cache(maxsize=16)  # our own tokens have as many headers as there are keys
def _kid_of(header_segment: str) -> str:
    """Return the ``kid`` in the header of a token. PyJWT would decode the whole token for that.

    Errors: ValueError for a header that names no key.
    """
    try:
        header = json.loads(base64url_decode(header_segment))
    except RecursionError:
        raise ValueError("a header that is nested too deeply") from None
    kid = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(kid, str):
        raise ValueError("no key")
    return kid


class AccessToken(Token):
    """An access token that this portal issued for ``audience``, or for any API if that is None.

    It is valid now. The caller checks its client and credential.
    Errors: simplejwt's TokenError for any other token.
    """

    token_type = TYPES[0]
    lifetime = timedelta(seconds=TOKEN_LIFETIME_DEFAULT_S)

    def __init__(self, token: Any, verify: bool = True, *, audience: str | None = None) -> None:
        self._token_backend = VerifyingBackend(audience=audience)
        super().__init__(token, verify)

    def verify_token_type(self) -> None:
        """Do nothing: the backend checks the type in the signed header."""
