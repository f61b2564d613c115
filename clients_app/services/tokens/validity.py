"""Whether a token is active: the only place that decides it.

Source: CLI-17; RFC 7662 section 2.2; JWT-3, INT-1 and INT-3.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from rest_framework_simplejwt.exceptions import TokenError

from clients_app import conf
from clients_app.models import Authorization, Client, RevokedToken
from clients_app.rules.targets import is_identity_scope
from clients_app.rules.token_ids import issued_at
from clients_app.selectors.apis.may_call import may_call
from clients_app.services.tokens.access_tokens import AccessToken
from clients_app.services.tokens.credentials import has_credential


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
    issued = issued_at(token["iat"], token["jti"])
    credential = token.get("cred")
    clients = (
        Client.objects.for_tenant(UUID(token["tid"]))
        .present()
        .filter(
            Q(tokens_not_before=None) | Q(tokens_not_before__lt=issued),
            ~Exists(RevokedToken.objects.filter(pk=token["jti"])),
            may_be_for(token.payload),
            _is_allowed(token.get("authorization_id")),
            pk=UUID(token["client_id"]),
            is_enabled=True,
        )
    )
    if credential is not None:
        return clients.filter(has_credential(credential)).first()
    client = clients.first()
    return client if client is not None and not client.type.has_secrets else None  # a public client


def may_be_for(claims: Mapping[str, Any]) -> Exists | Q:
    """Return the condition that a client may have a token for the API in ``claims``.

    A token about a person that is for no API is for the userinfo endpoint.
    """
    is_for_us = "authorization_id" in claims and claims["aud"] == conf.public_url()
    if is_for_us and is_identity_scope(claims.get("scope", "")):
        return Q()
    return may_call(claims["aud"])


def _is_allowed(authorization_id: str | None) -> Exists | Q:
    """Return the condition that a person lets the client act for them, if the token says so."""
    if authorization_id is None:
        return Q()
    standing = Authorization.objects.standing().filter(client=OuterRef("pk"))
    return Exists(standing.filter(pk=UUID(authorization_id)))
