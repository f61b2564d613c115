"""Ends the secrets of a client that has moved to a public key or a federated identity."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, ClientSecret, TokenUsage
from clients_app.permissions import Action, require
from clients_app.rules.rotation import check_old_end, end_of_replaced
from clients_app.services.credentials.changes import save_edited
from clients_app.services.credentials.kinds import values_of
from clients_app.services.locks import locked


@transaction.atomic
def end_secrets(
    client: Client, *, ends_at: datetime, actor: Actor, now: datetime
) -> list[ClientSecret]:
    """Let all live secrets of ``client`` expire, and return them; none is removed.

    Each expires at ``ends_at`` (``now``: at once) or at its own end if that is sooner. Tokens
    obtained with them stay valid.
    Errors: Forbidden; ProofRequired; NotFound; RuleBroken (old_ends_at) for a bad end, and where
    the client never requested a token with a live key or identity: it could not go on without its
    secrets.
    """
    check_old_end(ends_at, now)
    client = locked(client)
    require(actor, Action.REMOVE_SECRET, client=client)
    if not _has_moved(client, now=now):
        raise RuleBroken(
            _(
                "No token was requested with a public key or a federated identity of this client "
                "yet. Let its machines use one first, then end the secrets."
            )
        )
    secrets = list(client.secrets.live(now))
    for secret in secrets:
        before = values_of(secret)
        end = end_of_replaced(secret.expires_at, ends_at, created_at=secret.created_at)
        if end != secret.expires_at:
            secret.expires_at = end
            save_edited(secret, client, before=before, actor=actor, now=now)
    return secrets


def _has_moved(client: Client, *, now: datetime) -> bool:
    by_live = Q(key__in=client.keys.live(now)) | Q(identity__in=client.identities.live(now))
    return TokenUsage.objects.filter(by_live, client=client).exists()
