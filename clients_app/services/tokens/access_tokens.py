"""Access tokens: what they say, how they are signed, how they are verified.

``AccessToken`` is the definition. ``issue_access_token`` writes the same token without its detours;
a test holds them together.

Source: RFC 9068; product rules, "Protocol addresses"; security bars 26, 33 to 36.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple, Self

import jwt
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError
from rest_framework_simplejwt.tokens import Token

from clients_app import conf
from clients_app.limits import CLOCK_AHEAD_MAX_S, TOKEN_LIFETIME_DEFAULT_S
from clients_app.rules.token_ids import new_token_id
from clients_app.services.signing_keys import private_keys, public_keys

_TYPES: Final = ("at+jwt", "application/at+jwt")  # RFC 9068 section 4
_CLAIMS: Final = ("iss", "sub", "client_id", "aud", "iat", "nbf", "exp", "jti", "tid", "scope")
_quoted: Final = encode_basestring  # a JSON string


@dataclass(frozen=True)
class TokenClient:
    """What a token says of the client it is issued to, as the rows say it now."""

    id: str
    tenant_id: str
    token_lifetime_s: int
    role_names: list[str]
    role_ids: list[str]  # in the order of the names

    @cached_property
    def written_claims(self) -> str:
        """The claims that are the same in all of its tokens, as JSON; ids need no escapes."""
        return (
            f'"sub":"{self.id}","client_id":"{self.id}","tid":"{self.tenant_id}",'
            f'"roles":[{",".join(map(_quoted, self.role_names))}],'
            f'"role_ids":[{",".join(map(_quoted, self.role_ids))}]'
        )


class IssuedToken(NamedTuple):
    """The three members of a token answer that differ from one to the next."""

    token: str
    expires_in: int
    scope: str


class SigningBackend(TokenBackend):
    """Signs with our keys, and verifies by the key that the token's header names."""

    def __init__(self, *, kid: str = "", audience: str | None = None) -> None:
        super().__init__("RS256", audience=audience or conf.token_audience(), issuer=conf.issuer())
        self.kid = kid  # of the key to sign with; which algorithm is used is the key's

    def encode(self, payload: dict[str, Any]) -> str:
        """Return the signed token; ``iss`` and ``aud`` are added here."""
        key = private_keys.loaded_key(self.kid)
        return jwt.encode(
            {**payload, "iss": self.issuer, "aud": self.audience},
            key.private,
            algorithm=key.algorithm,
            headers={"kid": key.kid, "typ": _TYPES[0]},
        )

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
                algorithms=[found.algorithm],
                audience=self.audience,
                issuer=self.issuer,
                leeway=CLOCK_AHEAD_MAX_S,  # for iat and nbf
                options={"require": list(_CLAIMS)},
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise TokenBackendError("invalid token") from error
        header, claims = whole["header"], whole["payload"]
        if str(header.get("typ")).lower() not in _TYPES or "crit" in header:
            raise TokenBackendError("not an access token")
        if claims["exp"] <= time.time():  # without leeway
            raise TokenBackendError("expired")
        if not public_keys.counts_now(kid):
            raise TokenBackendError("withdrawn key")
        return claims


class AccessToken(Token):
    """An access token by RFC 9068; its type stands in the header, not among the claims."""

    token_type = _TYPES[0]
    lifetime = timedelta(seconds=TOKEN_LIFETIME_DEFAULT_S)

    def __init__(self, token: Any = None, verify: bool = True, **backend: str) -> None:
        self._token_backend = SigningBackend(**backend)
        super().__init__(token, verify)
        self.payload.pop("token_type", None)

    @classmethod
    def for_client(
        cls, client: TokenClient, *, kid: str, scope: str, secret_id: int, now: datetime
    ) -> Self:
        """Return a new token of ``client``, to be signed with the key ``kid``."""
        token = cls(kid=kid)
        token.payload = _claims(client, scope=scope, secret_id=secret_id, now=now)
        return token

    def verify_token_type(self) -> None:
        """Nothing is left to check: the backend has read the type from the signed header."""


def issue_access_token(
    client: TokenClient, *, kid: str, scope: str, secret_id: int, now: datetime
) -> IssuedToken:
    """Return a new signed token of ``client``, obtained with its secret ``secret_id``.

    Errors: NoSigningKey, SigningKeyLost.
    """
    key = private_keys.loaded_key(kid)
    claims = _written_claims(client, scope=scope, secret_id=secret_id, now=now)
    message = b"%b.%b" % (key.header_segment, private_keys.base64url(claims.encode()))
    token = b"%b.%b" % (message, private_keys.base64url(key.sign(message)))
    return IssuedToken(token.decode(), client.token_lifetime_s, scope)


def _written_claims(client: TokenClient, *, scope: str, secret_id: int, now: datetime) -> str:
    """Return what ``_claims`` says, with ``iss`` and ``aud``, as JSON.

    Written out, because a JSON encoder takes four times as long.
    """
    issued_at = int(now.timestamp())
    return (
        f'{{{client.written_claims},"iat":{issued_at},"nbf":{issued_at},'
        f'"exp":{issued_at + client.token_lifetime_s},"jti":"{new_token_id(now)}",'
        f'"scope":{_quoted(scope)},"cred":{secret_id},'
        f"{_written_origin(conf.issuer(), conf.token_audience())}}}"
    )


@lru_cache(maxsize=4)
def _written_origin(issuer: str, audience: str) -> str:
    return f'"iss":{_quoted(issuer)},"aud":{_quoted(audience)}'


def verified_token(plain: str, *, audience: str) -> AccessToken:
    """Return the token if it is ours, of this type, for ``audience`` and valid now.

    Whether its client and secret still count is for the caller to ask.
    Errors: simplejwt's TokenError.
    """
    return AccessToken(plain, audience=audience)


def _claims(client: TokenClient, *, scope: str, secret_id: int, now: datetime) -> dict[str, Any]:
    issued_at = int(now.timestamp())
    return {
        "sub": client.id,
        "client_id": client.id,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + client.token_lifetime_s,
        "jti": new_token_id(now),
        "scope": scope,
        "tid": client.tenant_id,
        "roles": client.role_names,
        "role_ids": client.role_ids,
        "cred": secret_id,
    }
