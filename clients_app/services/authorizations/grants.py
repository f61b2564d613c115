"""What codes and refresh tokens share: what a token gets now, and how they are refused.

Source: RFC 6749 section 5.2; RFC 8707 section 2.2.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app import conf
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.models import Authorization, AuthorizationCode, RefreshToken
from clients_app.rules.targets import (
    IDENTITY_SCOPES,
    RESOURCE,
    Chosen,
    Reach,
    Target,
    identity_target,
)


class InvalidGrant(Exception):
    """A code or refresh token gets no token. The caller learns no reason; only the log does.

    ``is_usual``: it ended as they all do, so nothing is wrong with the client.
    """

    def __init__(self, cause: str, *, is_usual: bool = False) -> None:
        super().__init__(cause)
        self.is_usual = is_usual


class Redemption(NamedTuple):
    """A token request with a code or refresh token, of a client that may send it now.

    ``resource`` and ``scope`` are empty unless the request has them.
    """

    plain: str
    client_id: UUID
    reach: Reach
    resource: str = ""
    scope: str = ""
    address: str = ""


class Redeemed(NamedTuple):
    """What a redemption gets: ``refresh_token`` is empty if the client gets none."""

    authorization: Authorization
    chosen: Chosen
    refresh_token: str


@transaction.atomic
def redeemed(
    row: AuthorizationCode | RefreshToken,
    asked: Redemption,
    new_refresh_token: Callable[..., str],
    *,
    now: datetime,
) -> Redeemed | None:
    """Use a code or refresh token; return None if another request has used it meanwhile.

    Errors: InvalidGrant; RuleBroken (resource, scope).
    """
    authorization, is_refresh = row.authorization, isinstance(row, RefreshToken)
    chosen = chosen_now(authorization, asked)
    if not type(row).objects.filter(pk=row.pk, used_at=None).update(used_at=now):
        return None
    standing = Authorization.objects.standing().filter(pk=authorization.pk, expires_at__gt=now)
    if not standing.update(last_token_at=now):
        raise InvalidGrant("the authorization has ended", is_usual=is_refresh)
    return Redeemed(authorization, chosen, new_refresh_token(authorization, now=now))


def chosen_now(authorization: Authorization, asked: Redemption) -> Chosen:
    """Return the API and the scopes that the client still gets of what the person granted.

    ``resource`` and ``scope`` can only narrow that. Identity scopes alone are for no API.
    Errors: InvalidGrant if nothing is left of the API; RuleBroken (resource, scope).
    """
    granted = authorization.scope.split()
    wanted = asked.scope.split(" ") if asked.scope else granted
    if not set(wanted) <= set(granted):
        raise RuleBroken(gettext_noop("Ask for scopes that were granted."), field="scope")
    identity = [scope for scope in granted if scope in wanted and scope in IDENTITY_SCOPES]
    of_api = [scope for scope in granted if scope in wanted and scope not in IDENTITY_SCOPES]
    target = _target(authorization, asked, is_narrowed=set(wanted) != set(granted) and not of_api)
    left = [scope for scope in of_api if scope in target.scopes]
    if of_api and not left:
        raise InvalidGrant("the client may no longer have these scopes")
    scope = " ".join(left)
    return Chosen(target, scope, scope, is_named=True, identity_scope=" ".join(identity))


def scope_of_token(chosen: Chosen) -> str:
    """Return the ``scope`` of the access token.

    A token for a tenant's own API has no identity scopes: the API could read the person's profile
    with it.
    """
    is_own = chosen.target.identifier in {conf.public_url(), conf.token_audience()}
    return chosen.all_scope if is_own else chosen.scope


def _target(authorization: Authorization, asked: Redemption, *, is_narrowed: bool) -> Target:
    api, portal = authorization.api, asked.reach.portal
    if portal and api and api.is_built_in and asked.resource == portal.identifier:
        return portal
    identifier = api.identifier if api is not None else ""
    if asked.resource not in {"", identifier}:
        raise RuleBroken(gettext_noop("Ask for the API that was granted."), field=RESOURCE)
    if api is None or (is_narrowed and not asked.resource):
        return identity_target(conf.public_url())
    target = asked.reach.targets.get(identifier)
    if target is None:
        raise InvalidGrant("the client may no longer call the API")
    return target
