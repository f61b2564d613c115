"""The claims of access tokens: one table that issuing, verification and introspection read.

``docs/verify-tokens.md`` has the same table for developers of APIs. A grant may add other claims.
Source: RFC 9068 section 2.2; JWT-2.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clients_app.rules.token_ids import new_token_id
from clients_app.services.tokens.credentials import Credential

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Subject(NamedTuple):
    """Who a token is about: a client or a person, with the roles they have now."""

    id: str
    role_names: tuple[str, ...]
    role_ids: tuple[str, ...]  # in the order of the names


class Granted(NamedTuple):
    """What a grant decides: who the token is about, its scope, and the claims the grant adds."""

    subject: Subject
    scope: str
    added_claims: Mapping[str, Any] = _NONE


class NewToken(NamedTuple):
    """What all tokens have in common that a client gets by one credential for one grant."""

    issuer: str
    audience: str
    client_id: str
    tenant_id: str
    lifetime_s: int
    credential: Credential | None
    subject: Subject
    scope: str


class Claim(NamedTuple):
    """A claim and its value in a token issued at a moment; left out where the value is None."""

    name: str
    value: Callable[[NewToken, datetime], Any]
    is_timed: bool = False  # differs from one token to the next
    is_required: bool = True  # a token without it is refused
    is_introspected: bool = True


CLAIMS: Final = (
    Claim("iss", lambda new, _: new.issuer),
    Claim("sub", lambda new, _: new.subject.id),
    Claim("client_id", lambda new, _: new.client_id),
    Claim("aud", lambda new, _: new.audience),
    Claim("scope", lambda new, _: new.scope),
    Claim("tid", lambda new, _: new.tenant_id),
    Claim("roles", lambda new, _: new.subject.role_names, is_required=False),
    Claim("role_ids", lambda new, _: new.subject.role_ids, is_required=False),
    Claim(
        "cred",
        lambda new, _: new.credential and new.credential.claim,
        is_required=False,
        is_introspected=False,  # which secret it was is nobody else's business
    ),
    Claim("iat", lambda _, at: int(at.timestamp()), is_timed=True),
    Claim("nbf", lambda _, at: int(at.timestamp()), is_timed=True),
    Claim("exp", lambda new, at: int(at.timestamp()) + new.lifetime_s, is_timed=True),
    Claim("jti", lambda _, at: new_token_id(at), is_timed=True),
)
REQUIRED: Final = tuple(claim.name for claim in CLAIMS if claim.is_required)
_NAMES: Final = frozenset(claim.name for claim in CLAIMS)
_NOT_INTROSPECTED: Final = frozenset(claim.name for claim in CLAIMS if not claim.is_introspected)


_TIMED: Final = tuple((f'"{claim.name}":', claim.value) for claim in CLAIMS if claim.is_timed)
_WRITERS: Final[dict[type, Callable[[Any], str]]] = {int: repr, str: encode_basestring}
_NO_TIME: Final = datetime.min.replace(tzinfo=UTC)
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def written_claims(new: NewToken, *, at: datetime, added: Mapping[str, Any] = _NONE) -> str:
    """Return the claims of a token issued ``at`` as JSON; ``added`` replaces none of the table.

    A JSON encoder takes four times as long for each token, so only times and id are written anew.
    """
    members = [_untimed(new)]
    for name, value_of in _TIMED:
        value = value_of(new, at)
        members.append(name + _WRITERS[type(value)](value))
    for name, value in added.items():
        if name not in _NAMES:
            members.append(f"{_encode(name)}:{_encode(value)}")
    return f"{{{','.join(members)}}}"


@lru_cache(maxsize=1000)
def _untimed(new: NewToken) -> str:
    claims = {claim.name: claim.value(new, _NO_TIME) for claim in CLAIMS if not claim.is_timed}
    return _encode({name: value for name, value in claims.items() if value is not None})[1:-1]


def introspected(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a token's claims that introspection shows."""
    return {name: value for name, value in claims.items() if name not in _NOT_INTROSPECTED}
