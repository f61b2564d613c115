"""Whether a token still counts: the one place that decides it, for introspection and for our API.

Source: CLI-17; RFC 7662 section 2.2; JWT-3, INT-1 and INT-3.
"""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, Q
from rest_framework_simplejwt.exceptions import TokenError

from clients_app.models import Client, RevokedToken
from clients_app.rules.token_ids import issued_at
from clients_app.services.tokens.access_tokens import AccessToken, verified_token
from clients_app.services.tokens.credentials import has_credential


class CountingToken(NamedTuple):
    """A token that counts now, and the client it was issued to as its row is now."""

    token: AccessToken
    client: Client


def counting_token(plain: str, *, audience: str) -> CountingToken | None:
    """Return what ``plain`` is if it is a token of ours for ``audience`` that counts now.

    None for any other: forged, expired, revoked or ended, signed by a key that was withdrawn, of a
    client that is disabled or removed, or obtained with a credential that was removed. One whose
    secret has merely expired lives to its own end. One query, and none where the token is not ours.
    """
    try:
        token = verified_token(plain, audience=audience)
    except TokenError:
        return None
    client = _client_of(token)
    return CountingToken(token, client) if client is not None else None


def _client_of(token: AccessToken) -> Client | None:
    """Return the client of a genuine token if nothing has ended the token before its time."""
    issued = issued_at(token["iat"], token["jti"])
    credential = token.get("cred")
    clients = (
        Client.objects.for_tenant(UUID(token["tid"]))
        .present()
        .filter(
            Q(tokens_not_before=None) | Q(tokens_not_before__lt=issued),
            ~Exists(RevokedToken.objects.filter(pk=token["jti"])),
            pk=UUID(token["client_id"]),
            is_enabled=True,
        )
    )
    if credential is not None:
        return clients.filter(has_credential(credential)).first()
    client = clients.first()
    return client if client is not None and not client.type.has_secrets else None  # a public client
