"""The claims of access tokens: one table that issuing, verification and introspection read.

``docs/verify-tokens.md`` has the same table for developers of APIs. A grant may add other claims.
Source: RFC 9068 section 2.2; JWT-2.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clients_app.rules.targets import Chosen
from clients_app.rules.token_ids import new_token_id
from clients_app.services.tokens.credentials import Credential

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Subject(NamedTuple):
    """The client or person that a token is about, with their current roles."""

    id: str
    role_names: tuple[str, ...]
    role_ids: tuple[str, ...]  # in the order of the names


class ForPerson(NamedTuple):
    """What a person's authorization adds to a token and to the response that it comes with.

    ``scope`` is all that was granted; ``scope_of_token`` is what the API may know of it.
    """

    authorization_id: str
    scope: str
    scope_of_token: str


def _no_members(access_token: str) -> Mapping[str, str]:
    return _NONE


class GrantResult(NamedTuple):
    """What a grant decides about a token: ``chosen`` is its API, with the scopes.

    ``for_person`` is None for a token about the client itself. ``members`` returns the further
    members of the response for an access token.
    """

    subject: Subject
    chosen: Chosen
    extra_claims: Mapping[str, Any] = _NONE
    for_person: ForPerson | None = None
    members: Callable[[str], Mapping[str, str]] = _no_members


class TokenTemplate(NamedTuple):
    """What is the same in all tokens that a client gets by one credential and one grant."""

    issuer: str
    audience: str
    client_id: str
    tenant_id: str
    lifetime_s: int
    credential: Credential | None
    subject: Subject
    scope: str
    authorization_id: str = ""  # of a person; empty for a token about the client


class Claim(NamedTuple):
    """A claim: its value in all tokens of a template, or else the JSON of one that differs in each.

    Where the value is None, the claim is omitted. ``claims_json`` fills in ``varying``.
    """

    name: str
    value: Callable[[TokenTemplate], Any] | None = None
    varying: str = ""
    is_required: bool = True  # a token without it is refused
    is_introspected: bool = True


CLAIMS: Final = (
    Claim("iss", lambda token: token.issuer),
    Claim("sub", lambda token: token.subject.id),
    Claim("client_id", lambda token: token.client_id),
    Claim("aud", lambda token: token.audience),
    Claim("scope", lambda token: token.scope or None, is_required=False),  # an API may have none
    Claim("tid", lambda token: token.tenant_id),
    Claim("roles", lambda token: token.subject.role_names, is_required=False),
    Claim("role_ids", lambda token: token.subject.role_ids, is_required=False),
    Claim(
        "cred",
        lambda token: token.credential and token.credential.claim,
        is_required=False,
        is_introspected=False,  # only the client itself needs to know which secret it used
    ),
    Claim("authorization_id", lambda token: token.authorization_id or None, is_required=False),
    Claim("iat", varying="%(second)d"),  # in whole seconds since 1970
    Claim("nbf", varying="%(second)d"),
    Claim("exp", varying="%(end)d"),
    Claim("jti", varying='"%(id)s"'),
)
REQUIRED: Final = tuple(claim.name for claim in CLAIMS if claim.is_required)
_NAMES: Final = frozenset(claim.name for claim in CLAIMS)
_NOT_INTROSPECTED: Final = frozenset(claim.name for claim in CLAIMS if not claim.is_introspected)

_VARYING: Final = "".join(f',"{one.name}":{one.varying}' for one in CLAIMS if one.varying)
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def claims_json(template: TokenTemplate, *, at: datetime, extra: Mapping[str, Any] = _NONE) -> str:
    """Return the claims of a token issued ``at``; ``extra`` cannot replace those of the table.

    Only the claims that differ in each token are written each time, by ``%``: a JSON encoder takes
    four times as long.
    """
    # Each token of a person has its own authorization, so there is nothing to remember.
    constant = _constant_claims.__wrapped__ if template.authorization_id else _constant_claims
    members = constant(template)
    second = int(at.timestamp())
    members += _VARYING % {
        "second": second,
        "end": second + template.lifetime_s,
        "id": new_token_id(at),
    }
    for name, value in extra.items():
        if name not in _NAMES:
            members += f",{_encode(name)}:{_encode(value)}"
    return members + "}"


@lru_cache(maxsize=1000)
def _constant_claims(template: TokenTemplate) -> str:
    claims = {claim.name: claim.value(template) for claim in CLAIMS if claim.value}
    return _encode({name: value for name, value in claims.items() if value is not None})[:-1]


def introspected(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a token's claims that introspection shows."""
    return {name: value for name, value in claims.items() if name not in _NOT_INTROSPECTED}
