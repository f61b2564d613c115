"""Authorization codes: issued to a person's browser, redeemed once by the client.

Source: RFC 6749 sections 4.1.2 and 4.1.3; RFC 7636 section 4.6; AUT-2, AUT-3.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clients_app.limits import AUTHORIZATION_CODE_S
from clients_app.models import Authorization, AuthorizationCode, Client, Person
from clients_app.rules import pkce
from clients_app.rules.authorization_requests import AuthorizationRequest
from clients_app.rules.secret_format import CODE_PREFIX, digest_of, is_well_formed, new_secret
from clients_app.rules.targets import OFFLINE_ACCESS, Chosen
from clients_app.selectors.authorizations.applications import may_send_to
from clients_app.services.authorizations.endings import EndedWhy, end_for_reuse
from clients_app.services.authorizations.grants import (
    InvalidGrant,
    Redeemed,
    Redemption,
    redeemed,
)
from clients_app.services.authorizations.refresh import first_refresh_token


class SignedIn(NamedTuple):
    """How a person signed in: when, by what (RFC 8176), and the key of their session."""

    auth_time: datetime
    amr: str
    session: str
    acr: str = ""


class IssuedCode(NamedTuple):
    """A new code, as plain text, and the authorization that it is for."""

    plain: str
    authorization: Authorization


@transaction.atomic
def issue_code(
    person: Person,
    client: Client,
    request: AuthorizationRequest,
    chosen: Chosen,
    *,
    signed_in: SignedIn,
    now: datetime,
) -> IssuedCode:
    """Return a code that ``client`` can redeem once within AUTHORIZATION_CODE_S."""
    code_ends_at = now + timedelta(seconds=AUTHORIZATION_CODE_S)
    stays = OFFLINE_ACCESS in chosen.identity_scope.split()
    ends_at = now + timedelta(seconds=settings.REFRESH_MAX) if stays else code_ends_at
    authorization = Authorization.objects.create(
        client=client,
        person=person,
        api_id=UUID(chosen.target.api_id) if chosen.target.api_id else None,
        scope=chosen.all_scope,
        auth_time=signed_in.auth_time,
        amr=signed_in.amr,
        acr=signed_in.acr,
        nonce=request.nonce,
        session=digest_of(signed_in.session),
        access_version=person.access_version,
        created_at=now,
        expires_at=ends_at,
    )
    plain = new_secret(CODE_PREFIX)
    AuthorizationCode.objects.create(
        digest=digest_of(plain),
        authorization=authorization,
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
        expires_at=code_ends_at,
    )
    return IssuedCode(plain, authorization)


def redeem_code(asked: Redemption, *, redirect_uri: str, verifier: str, now: datetime) -> Redeemed:
    """Redeem a code, and return what its client gets. A redemption that fails does not use it.

    A second one, whatever else it sends, ends the authorization.
    Errors: InvalidGrant; RuleBroken (resource, scope).
    """
    code = _code_of(asked)
    if code.used_at is None:
        _check(code, redirect_uri=redirect_uri, verifier=verifier, now=now)
        if got := redeemed(code, asked, first_refresh_token, now=now):
            return got
    end_for_reuse(code.authorization, EndedWhy.CODE_REUSED, address=asked.address, now=now)
    raise InvalidGrant("the code was used before")


def _code_of(asked: Redemption) -> AuthorizationCode:
    """Return the code of the client. Nothing is written, so a flood of others costs a read each."""
    if not is_well_formed(asked.plain, CODE_PREFIX):
        raise InvalidGrant("the code has a wrong form or checksum")
    rows = AuthorizationCode.objects.select_related(
        "authorization__client", "authorization__person", "authorization__api"
    )
    code = rows.filter(pk=digest_of(asked.plain)).first()
    if code is None:
        raise InvalidGrant("unknown code")
    if code.authorization.client_id != asked.client_id:
        raise InvalidGrant("a code of another client")
    return code


def _check(code: AuthorizationCode, *, redirect_uri: str, verifier: str, now: datetime) -> None:
    if code.expires_at <= now:
        raise InvalidGrant("the code has expired")
    if code.redirect_uri != redirect_uri:
        raise InvalidGrant("the redirect_uri is not that of the authorization request")
    if not may_send_to(code.authorization.client, redirect_uri):
        raise InvalidGrant("the redirect_uri was removed after the authorization request")
    if not pkce.fits(verifier, code.challenge):
        raise InvalidGrant("the code_verifier does not fit the authorization request")
