"""What is in a token, and why it is not valid: for people, who see more than introspection says.

``validity`` alone decides whether a token is active; a test compares the two. Nothing here is kept.
Source: INT-5.
"""

from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import jwt

from clients_app import conf
from clients_app.limits import CLOCK_AHEAD_MAX_S
from clients_app.models import Authorization, Client, RevokedToken, SigningKey
from clients_app.rules.token_ids import issued_at
from clients_app.services.signing_keys.public_keys import TRUSTED
from clients_app.services.tokens.access_tokens import TYPES
from clients_app.services.tokens.claims import REQUIRED
from clients_app.services.tokens.credentials import has_credential, kind_of, row_id_of
from clients_app.services.tokens.validity import active_token, may_be_for

_NOT_CHECKED: Final[Any] = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss")}


class Verdict(StrEnum):
    """What the portal says of a token; the first that is true."""

    OTHER_ISSUER = "other-issuer"
    UNKNOWN = "unknown"  # not signed by this portal, or of another tenant
    OTHER_TYPE = "other-type"  # signed by this portal, but no access token
    KEY_REMOVED = "key-removed"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    CLIENT_REMOVED = "client-removed"
    CLIENT_DISABLED = "client-disabled"
    ALL_REVOKED = "all-revoked"
    REVOKED = "revoked"
    SECRET_REMOVED = "secret-removed"  # noqa: S105  the name of a verdict
    PERSON_ENDED = "person-ended"  # a person no longer lets the client act for them, or cannot
    API_NOT_ALLOWED = "api-not-allowed"
    ACTIVE = "active"


class Inspection(NamedTuple):
    """A token's header and claims, which nobody has proved if it is unknown, and its client."""

    verdict: Verdict
    header: dict[str, Any]
    claims: dict[str, Any]
    client: Client | None  # where the signature is ours, and it is not removed


def inspect_token(plain: str, *, tenant_id: UUID, at_s: float) -> Inspection | None:
    """Return what the portal knows of a token for people of a tenant; None if it is no JWT.

    A token of another tenant is as unknown as a forged one. ``at_s`` is in seconds since 1970.
    """
    try:
        whole = jwt.decode_complete(plain, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
        return None
    header, claims = whole["header"], whole["payload"]
    key = _key_of(plain, header)
    if claims.get("iss") != conf.issuer():
        return Inspection(Verdict.OTHER_ISSUER, header, claims, None)
    if key is None or claims.get("tid") != str(tenant_id):
        return Inspection(Verdict.UNKNOWN, header, claims, None)
    if str(header.get("typ")).lower() not in TYPES or not set(REQUIRED) <= set(claims):
        return Inspection(Verdict.OTHER_TYPE, header, claims, None)
    client = Client.objects.for_tenant(tenant_id).present().filter(pk=claims["client_id"]).first()
    verdict = _verdict_by_key_and_time(key, claims, at_s) or _verdict_by_client(client, claims)
    if verdict is Verdict.ACTIVE and active_token(plain) is None:
        verdict = Verdict.UNKNOWN  # changed at this moment
    return Inspection(verdict, header, claims, client)


def _key_of(plain: str, header: dict[str, Any]) -> SigningKey | None:
    """Return the key of this portal that signed the token, even one that was removed."""
    kid = header.get("kid", "")
    key = (
        SigningKey.objects.filter(kid=kid).first() if kid.isascii() and kid.isprintable() else None
    )
    if key is None or "crit" in header:
        return None
    public = jwt.PyJWK(key.public_jwk)
    try:
        jwt.decode(plain, public.key, algorithms=[public.algorithm_name], options=_NOT_CHECKED)
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
    return key


def _verdict_by_key_and_time(
    key: SigningKey, claims: dict[str, Any], at_s: float
) -> Verdict | None:
    if claims["exp"] <= at_s:
        return Verdict.EXPIRED
    if key.state not in TRUSTED:
        return Verdict.KEY_REMOVED
    if max(claims["nbf"], claims["iat"]) > at_s + CLOCK_AHEAD_MAX_S:
        return Verdict.NOT_YET
    return None


def _verdict_by_client(client: Client | None, claims: dict[str, Any]) -> Verdict:
    if client is None:
        return Verdict.CLIENT_REMOVED
    if not client.is_enabled:
        return Verdict.CLIENT_DISABLED
    ended = client.tokens_not_before
    if ended is not None and ended >= issued_at(claims["iat"], claims["jti"]):
        return Verdict.ALL_REVOKED
    if RevokedToken.objects.filter(pk=claims["jti"]).exists():
        return Verdict.REVOKED
    if (credential := claims.get("cred")) and not _has(client, credential):
        return Verdict.SECRET_REMOVED
    authorization_id = claims.get("authorization_id")
    if authorization_id and not Authorization.objects.standing().filter(pk=authorization_id):
        return Verdict.PERSON_ENDED
    if not Client.objects.filter(may_be_for(claims), pk=client.pk).exists():
        return Verdict.API_NOT_ALLOWED
    return Verdict.ACTIVE


def _has(client: Client, credential: int | str) -> bool:
    kind = kind_of(credential)
    if kind is None:
        return False
    own = Client.objects.filter(has_credential(kind, row_id_of(credential)), pk=client.pk)
    return bool(own.exists())
