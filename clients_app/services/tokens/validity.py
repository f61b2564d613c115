"""Whether a token is active: the only place that decides it.

Source: CLI-17; RFC 7662 section 2.2; JWT-3, INT-1 and INT-3.
"""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    TextField,
    UUIDField,
)
from rest_framework_simplejwt.exceptions import TokenError

from clients_app import conf
from clients_app.models import Authorization, Client, RevokedToken
from clients_app.models.prepared import Argument, Prepared
from clients_app.rules.targets import is_identity_scope
from clients_app.rules.token_ids import issued_at
from clients_app.selectors.apis.may_call import may_call_built_in, may_call_other
from clients_app.services.tokens.access_tokens import AccessToken
from clients_app.services.tokens.credentials import has_credential, kind_of, row_id_of

_COLUMNS: Final = [field.attname for field in Client._meta.concrete_fields]


class ActiveToken(NamedTuple):
    """A token that is active now, and the current row of the client it was issued to."""

    token: AccessToken
    client: Client


def active_token(plain: str) -> ActiveToken | None:
    """Return the token ``plain`` if this portal issued it, for any API, and it is active.

    Return None if it is forged, expired or revoked, if its signing key was revoked, if its client
    is disabled or removed or may no longer call the API, if its credential was removed, or if a
    person no longer lets its client act for them. An expired secret does not end its tokens. Takes
    one query for a token of this portal, and none for others.
    """
    try:
        token = AccessToken(plain)
    except TokenError:
        return None
    client = _client_of(token)
    return ActiveToken(token, client) if client is not None else None


def _client_of(token: AccessToken) -> Client | None:
    """Return the client of a genuine token unless the token was revoked."""
    credential, kind = token.get("cred"), None
    if credential is not None and (kind := kind_of(credential)) is None:
        return None
    authorization_id = token.get("authorization_id")
    rows = _clients(_target_of(token.payload), kind, authorization_id is not None).rows(
        tenant_id=UUID(token["tid"]),
        client_id=UUID(token["client_id"]),
        issued=issued_at(token["iat"], token["jti"]),
        jti=token["jti"],
        identifier=token["aud"],
        credential_id=row_id_of(credential) if credential is not None else None,
        authorization_id=UUID(authorization_id) if authorization_id else None,
    )
    if not rows:
        return None
    client: Client = Client.from_db(DEFAULT_DB_ALIAS, _COLUMNS, rows[0])
    if credential is None and client.type.has_secrets:
        return None  # only a public client has no credential
    return client


class _Target(Enum):
    """The API that a token is for."""

    PERSON = auto()  # the userinfo endpoint: about a person, and for no API
    BUILT_IN = auto()
    OTHER = auto()


@cache
def _clients(target: _Target, kind: str | None, is_for_person: bool) -> Prepared:
    """Return the query for the client of a token; ``kind`` is that of its credential."""
    issued = Argument("issued", DateTimeField())
    revoked = RevokedToken.objects.filter(pk=Argument("jti", TextField()))
    conditions: list[Any] = [
        Q(tokens_not_before=None) | Q(tokens_not_before__lt=issued),
        ~Exists(revoked),
        _may_be_for(target, Argument("identifier", TextField())),
    ]
    if kind is not None:
        conditions.append(has_credential(kind, Argument("credential_id", BigIntegerField())))
    if is_for_person:  # who lets the client act for them
        standing = Authorization.objects.standing().filter(client=OuterRef("pk"))
        own = standing.filter(pk=Argument("authorization_id", UUIDField()))
        conditions.append(Exists(own))
    clients = Client.objects.for_tenant(Argument("tenant_id", UUIDField())).present()
    return Prepared(
        lambda: clients.filter(
            *conditions, pk=Argument("client_id", UUIDField()), is_enabled=True
        ).values_list(*_COLUMNS)
    )


def may_be_for(claims: Mapping[str, Any]) -> Exists | Q:
    """Return the condition that a client may have a token for the API in ``claims``.

    A token about a person that is for no API is for the userinfo endpoint.
    """
    return _may_be_for(_target_of(claims), claims["aud"])


def _target_of(claims: Mapping[str, Any]) -> _Target:
    is_for_us = "authorization_id" in claims and claims["aud"] == conf.public_url()
    if is_for_us and is_identity_scope(claims.get("scope", "")):
        return _Target.PERSON
    return _Target.BUILT_IN if claims["aud"] in conf.built_in_audiences() else _Target.OTHER


def _may_be_for(target: _Target, identifier: str | Argument) -> Exists | Q:
    if target is _Target.PERSON:
        return Q()
    return may_call_built_in() if target is _Target.BUILT_IN else may_call_other(identifier)
