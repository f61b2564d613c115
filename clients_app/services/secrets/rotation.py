"""Rotate: a new secret takes the place of an old one, which gets an end."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.limits import SECRETS_MAX
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import check_old_end, end_of_replaced
from clients_app.services import form_keys
from clients_app.services.locks import locked
from clients_app.services.secrets.changes import (
    AddedSecret,
    SecretDraft,
    described,
    has_room,
    insert_secret,
    mark_removed,
    prepare_secret,
    present_secret,
    record_removal,
)


@dataclass(frozen=True, slots=True)
class RotatedSecret(AddedSecret):
    """A new secret with its plain text, and the old one with the end it was given."""

    old: ClientSecret


def rotate_secret(
    client: Client,
    secret_id: int,
    draft: SecretDraft,
    *,
    old_ends_at: datetime,
    actor: Actor,
    now: datetime,
    remove_id: int | None = None,
    form_key: str = "",
) -> RotatedSecret:
    """Give ``client`` a successor to its live secret; the old one ends, and is not removed.

    The old one ends at ``old_ends_at``, ``now`` being at once, or by itself where that is sooner.
    Tokens that it obtained live to their own end. Where ten live secrets leave no room, the one
    named by ``remove_id`` is removed.
    Errors: Forbidden; RuleBroken for a bad draft (secret.description, secret.expiration), a bad
    end (old_ends_at), and at 10 live secrets (remove); NotFound if client or secret was
    removed or the secret has expired meanwhile; AlreadyAdded.
    """
    require(actor, Action.ROTATE_SECRET, client=client)
    check_old_end(old_ends_at, now)
    prepared = prepare_secret(draft, client_id=client.pk, now=now)
    with transaction.atomic():
        client = locked(client)
        require(actor, Action.ROTATE_SECRET, client=client)
        form_keys.refuse_used(form_key, actor=actor)
        old = present_secret(client, secret_id)
        before = described(old)
        _give_end(old, old_ends_at, now=now)
        removed = None
        if not has_room(client, now=now):
            removed = _make_room(client, old, remove_id, actor=actor, now=now)
        form_keys.use(form_key, client=client, actor=actor, now=now)
        new = insert_secret(client, prepared, actor=actor, now=now, replaces=old)
        if removed is not None:
            record_removal(removed, actor=actor, now=now)
        audit.record(
            "client.secret.rotated",
            old,
            actor=actor,
            now=now,
            client_id=client.pk,
            before=before,
            after={**described(old), "replaced_by": str(new)},
        )
    return RotatedSecret(new, prepared.plain, old)


def _give_end(old: ClientSecret, chosen: datetime, *, now: datetime) -> None:
    if is_expired(old.expires_at, now):
        raise NotFound(gettext_noop("This secret has expired. Add a new one."))
    old.expires_at = end_of_replaced(old.expires_at, chosen, created_at=old.created_at)
    old.version += 1
    old.save(update_fields=["expires_at", "version"])


def _make_room(
    client: Client, old: ClientSecret, remove_id: int | None, *, actor: Actor, now: datetime
) -> ClientSecret:
    """Remove the live secret that was chosen for it."""
    require(actor, Action.REMOVE_SECRET, client=client)
    others = client.secrets.live(now).exclude(pk=old.pk)
    chosen = others.filter(pk=remove_id).first() if remove_id is not None else None
    if chosen is None:
        raise RuleBroken(
            gettext_noop(
                "Choose the secret to remove. This client has %(maximum)s secrets, "
                "the most it can have."
            ),
            field="remove",
            maximum=SECRETS_MAX,
        )
    mark_removed(chosen, actor=actor, now=now)
    return chosen
