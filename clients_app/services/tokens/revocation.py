"""Revokes tokens: one by its client, or all of a client.

Source: RFC 7009; CLI-17, INT-3.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, gettext_noop
from clients_app.models import Client, RevokedToken
from clients_app.permissions import Action, require
from clients_app.services.locks import locked

if TYPE_CHECKING:  # the worker and commands, which verify no tokens, start without these libraries
    from clients_app.services.tokens.validity import ActiveToken


def revoke_token(active: "ActiveToken", *, now: datetime) -> None:
    """Revoke the token for every process. Revoking it again changes nothing."""
    token, client = active
    expires_at = datetime.fromtimestamp(token["exp"], UTC)
    row = RevokedToken(jti=token["jti"], client=client, revoked_at=now, expires_at=expires_at)
    RevokedToken.objects.bulk_create([row], ignore_conflicts=True)


def end_tokens(client: Client, *, actor: Actor, now: datetime, seen: str | None = None) -> Client:
    """Revoke all tokens that ``client`` got until ``now``. New tokens work.

    APIs that only check the signature do not notice. ``seen`` is the client's ``tokens_stamp`` when
    the window was opened, or None if there was no window.
    Errors: Conflict if tokens were revoked since then; Forbidden; NotFound if the client was
    removed.
    """
    with transaction.atomic():
        client = locked(client)
        require(actor, Action.END_TOKENS, client=client)
        if seen not in {None, client.tokens_stamp}:
            raise Conflict(
                gettext_noop(
                    "All tokens were revoked while this window was open. To revoke those "
                    "issued since then, select Revoke all tokens again."
                )
            )
        client.tokens_not_before = now
        client.updated_at, client.updated_by = now, actor.name
        client.save(update_fields=["tokens_not_before", "updated_at", "updated_by"])
        audit.record("client.tokens.ended", client, actor=actor, now=now)
    return client


def delete_expired_revocations(*, now: datetime) -> None:
    """Delete the rows of revoked tokens that have expired."""
    RevokedToken.objects.filter(expires_at__lte=now).delete()
