"""Access tokens: how they are signed, how they are verified. ``claims`` has what they say.

Source: RFC 9068; JWT-1 to JWT-6.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import jwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.tokens import Token

from clients_app import conf
from clients_app.limits import CLOCK_AHEAD_MAX_S, TOKEN_LIFETIME_DEFAULT_S
from clients_app.services.signing_keys import private_keys, public_keys
from clients_app.services.tokens.claims import REQUIRED, NewToken, written_claims

_TYPES: Final = ("at+jwt", "application/at+jwt")  # RFC 9068 section 4


class IssuedToken(NamedTuple):
    """The three members of a token response that differ from one to the next."""

    token: str
    expires_in: int
    scope: str


def issue_access_token(
    new: NewToken, *, kid: str, now: datetime, added_claims: Mapping[str, Any]
) -> IssuedToken:
    """Return a new token, signed with the key ``kid``.

    Written without PyJWT, which encodes the same header and claims anew for each token.
    Errors: NoSigningKey, SigningKeyLost.
    """
    key = private_keys.loaded_key(kid)
    claims = private_keys.base64url(written_claims(new, at=now, added=added_claims).encode())
    message = b"%b.%b" % (key.header_segment, claims)
    token = b"%b.%b" % (message, private_keys.base64url(key.sign(message)))
    return IssuedToken(token.decode(), new.lifetime_s, new.scope)


class VerifyingBackend(TokenBackend):
    """Verifies a token by the key that its header names, among our own."""

    def __init__(self, *, audience: str) -> None:
        super().__init__("RS256", audience=audience, issuer=conf.issuer())

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims of a token that is ours, for this audience, and valid now.

        Errors: TokenBackendError for any other, whatever ``verify`` says. Only a token whose
        signature is right costs a query.
        """
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
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
                options={"require": list(REQUIRED)},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise TokenBackendError("invalid token") from error
        header: dict[str, Any] = whole["header"]
        claims: dict[str, Any] = whole["payload"]
        if str(header.get("typ")).lower() not in _TYPES or "crit" in header:
            raise TokenBackendError("not an access token")
        if claims["exp"] <= time.time():  # without leeway
            raise TokenBackendError("expired")
        if not public_keys.is_trusted(kid):
            raise TokenBackendError("withdrawn key")
        return claims


class AccessToken(Token):
    """A verified access token; its type stands in the header, not among the claims."""

    token_type = _TYPES[0]
    lifetime = timedelta(seconds=TOKEN_LIFETIME_DEFAULT_S)

    def __init__(self, token: Any, verify: bool = True, *, audience: str = "") -> None:
        self._token_backend = VerifyingBackend(audience=audience or conf.token_audience())
        super().__init__(token, verify)

    def verify_token_type(self) -> None:
        """Do nothing: the backend has read the type from the signed header."""


def verified_token(plain: str, *, audience: str) -> AccessToken:
    """Return the token if it is ours, of this type, for ``audience`` and valid now.

    Whether its client and credential still count is for the caller to ask.
    Errors: simplejwt's TokenError.
    """
    return AccessToken(plain, audience=audience)
