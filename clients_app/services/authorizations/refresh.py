"""Refresh tokens: each works once, and the next one replaces it.

If one is used twice, somebody has stolen it, and the authorization ends.
Source: RFC 6749 section 6; RFC 9700 section 4.14.2; AUT-9.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from clients_app.models import Authorization, RefreshToken
from clients_app.rules.secret_format import REFRESH_PREFIX, digest_of, is_well_formed, new_secret
from clients_app.rules.targets import OFFLINE_ACCESS
from clients_app.services.authorizations.endings import EndedWhy, end_for_reuse, end_one
from clients_app.services.authorizations.grants import (
    InvalidGrant,
    Redeemed,
    Redemption,
    redeemed,
)


def first_refresh_token(authorization: Authorization, *, now: datetime) -> str:
    """Return a new refresh token; empty unless it was granted and the client may have one."""
    is_granted = OFFLINE_ACCESS in authorization.scope.split()
    if not is_granted or not authorization.client.allow_refresh_token:
        return ""
    return _new_token(authorization, now=now)


def rotate(asked: Redemption, *, now: datetime) -> Redeemed:
    """Use a refresh token, and return what its client gets, with the next one.

    A failed attempt does not use it. A second use ends the authorization.
    Errors: InvalidGrant; RuleBroken (resource, scope).
    """
    token = _token_of(asked)
    if token.used_at is None:
        if token.expires_at <= now:
            raise InvalidGrant("the refresh token has expired", is_usual=True)
        if not token.authorization.client.allow_refresh_token:
            raise InvalidGrant("the client may no longer have refresh tokens")
        if got := redeemed(token, asked, _new_token, now=now):
            return got
    end_for_reuse(token.authorization, EndedWhy.REFRESH_REUSED, address=asked.address, now=now)
    raise InvalidGrant("the refresh token was used before")


def is_refresh_token(plain: str) -> bool:
    """Return whether ``plain`` looks like a refresh token, by its prefix and checksum."""
    return is_well_formed(plain, REFRESH_PREFIX)


def active_refresh_token(plain: str, *, client_id: UUID, now: datetime) -> RefreshToken | None:
    """Return the refresh token ``plain`` of a client if it would get a token now."""
    standing = Authorization.objects.standing().filter(client__allow_refresh_token=True)
    rows = _rows().filter(pk=digest_of(plain), authorization__client=client_id, used_at=None)
    return rows.filter(expires_at__gt=now, authorization__in=standing).first()


def revoke_refresh_token(plain: str, *, client_id: UUID, now: datetime) -> str:
    """End what the refresh token is for, access tokens too; return the id of that authorization.

    Empty if it is not the client's, or has ended before. Source: RFC 7009 section 2.1.
    """
    token = _rows().filter(pk=digest_of(plain), authorization__client=client_id).first()
    if token is None or not end_one(token.authorization, EndedWhy.REVOKED, now=now):
        return ""
    return str(token.authorization_id)


def _token_of(asked: Redemption) -> RefreshToken:
    """Return the refresh token of the client, used or not. Errors: InvalidGrant."""
    if not is_refresh_token(asked.plain):
        raise InvalidGrant("the refresh token has a wrong form or checksum")
    token = _rows().filter(pk=digest_of(asked.plain)).first()
    if token is None:
        raise InvalidGrant("unknown refresh token")
    if token.authorization.client_id != asked.client_id:
        raise InvalidGrant("a refresh token of another client")
    return token


def _rows() -> QuerySet[RefreshToken]:
    return RefreshToken.objects.select_related(
        "authorization__client", "authorization__person", "authorization__api"
    )


def _new_token(authorization: Authorization, *, now: datetime) -> str:
    plain = new_secret(REFRESH_PREFIX)
    idle_ends_at = now + timedelta(seconds=settings.REFRESH_IDLE)
    RefreshToken.objects.create(
        digest=digest_of(plain),
        authorization=authorization,
        issued_at=now,
        expires_at=min(idle_ends_at, authorization.expires_at),
    )
    return plain
