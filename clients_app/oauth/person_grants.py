"""What the grants share in which a person let a client act for them: code and refresh token."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from clients_app.errors import RuleBroken
from clients_app.models import Person
from clients_app.oauth.client_query import StoredClient
from clients_app.oauth.errors import OAuthError
from clients_app.oauth.params import required
from clients_app.oauth.targets import named_resource, refused_target
from clients_app.services.authorizations.grants import (
    InvalidGrant,
    Redeemed,
    Redemption,
    scope_of_token,
)
from clients_app.services.signing_keys.private_keys import loaded_key
from clients_app.services.tokens.claims import ForPerson, GrantResult, Subject
from clients_app.services.tokens.id_tokens import issue_id_token


def redemption(
    client: StoredClient, params: Mapping[str, str], name: str, *, address: str, scope: str = ""
) -> Redemption:
    """Return what a request asks for with the parameter ``name``, a code or refresh token.

    Errors: OAuthError invalid_request, invalid_target.
    """
    plain, resource = required(params, name), named_resource(params)
    return Redemption(plain, UUID(client.id), client.reach, resource, scope, address)


def result_of(
    redeem: Callable[[], Redeemed], *, client: StoredClient, now: datetime, with_nonce: bool
) -> GrantResult:
    """Return what ``redeem`` gets: a token about a person, with their current roles.

    Errors: OAuthError invalid_grant, invalid_scope, invalid_target.
    """
    if client.active_kid is not None:
        loaded_key(client.active_kid)  # or fail before anything is used
    try:
        redeemed = redeem()
    except InvalidGrant as refused:
        raise OAuthError(
            "invalid_grant",
            "The code or refresh token is not valid.",
            cause=str(refused),
            is_usual=refused.is_usual,
            counts=not refused.is_usual,
        ) from refused
    except RuleBroken as error:
        raise refused_target(error) from error
    authorization, chosen, _ = redeemed
    members = partial(_members, redeemed, kid=client.active_kid, now=now, with_nonce=with_nonce)
    for_person = ForPerson(str(authorization.pk), chosen.all_scope, scope_of_token(chosen))
    subject = _subject(authorization.person)
    return GrantResult(subject, chosen, for_person=for_person, members=members)


def _members(
    redeemed: Redeemed, access_token: str, *, kid: str | None, now: datetime, with_nonce: bool
) -> dict[str, str]:
    members = {}
    if kid is not None and "openid" in redeemed.chosen.identity_scope.split():
        members["id_token"] = issue_id_token(
            redeemed.authorization,
            kid=kid,
            now=now,
            access_token=access_token,
            with_nonce=with_nonce,
        )
    if redeemed.refresh_token:
        members["refresh_token"] = redeemed.refresh_token
    return members


def _subject(person: Person) -> Subject:
    roles = sorted((role.name, str(role.pk)) for role in person.roles.all())
    names, ids = zip(*roles, strict=True) if roles else ((), ())
    return Subject(str(person.pk), names, ids)
