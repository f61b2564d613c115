"""Removing a client, and restoring it within 30 days (CLI-9)."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_client_name, squeezed
from clients_app.selectors.clients.lookup import get_removed_client
from clients_app.services.clients.drafts import refuse_full_tenant, refuse_taken_name
from clients_app.services.clients.sort_columns import EXPIRY_COLUMNS, update_expiry
from clients_app.services.locks import lock_tenant, locked, refuse_stale

RECENT: Final = timedelta(hours=24)


def asks_for_name(client: Client, *, now: datetime) -> bool:
    """Return whether the client was used so recently that its name must be typed to remove it."""
    return client.last_token_at is not None and client.last_token_at > now - RECENT


@transaction.atomic
def remove_client(
    client: Client,
    *,
    typed_name: str = "",
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Remove a client, its secrets, keys and identities at once; its name can be used again, its id
    never.

    If it is restored, none of its tokens is valid again, not even those that people let it have.

    Errors: RuleBroken (typed_name) if the client was used recently and ``typed_name`` is not its
    name; ChangedMeanwhile; Forbidden; NotFound if it was removed before.
    """
    lock_tenant(actor.tenant_id)  # for its count of clients
    client = locked(client)
    require(actor, Action.REMOVE_CLIENT, client=client)
    refuse_stale(client, expected_version, by=client.updated_by)
    if asks_for_name(client, now=now) and squeezed(typed_name) != squeezed(client.name):
        sentence = _("Enter %(name)s, the name of the client, to remove it.")
        raise RuleBroken(sentence, field="typed_name", name=client.name)
    before = _remove_credentials(client, actor=actor, now=now)
    client.removed_at, client.removed_by = now, actor.name
    client.tokens_not_before = now
    update_expiry(client, now=now)
    ended = ("removed_at", "removed_by", "tokens_not_before")
    client.save(update_fields=[*ended, *EXPIRY_COLUMNS])
    audit.record("client.removed", client, actor=actor, now=now, before=before)
    return client


@transaction.atomic
def restore_client(
    client_id: UUID, *, name: str | None = None, actor: Actor, now: datetime
) -> Client:
    """Restore a removed client, under ``name`` if given: disabled, without what proved it.

    Errors: NotFound after 30 days; Conflict (name) if another client has its name now;
    RuleBroken for a bad name or a full tenant; Forbidden.
    """
    lock_tenant(actor.tenant_id)
    client = get_removed_client(actor.tenant_id, client_id, now=now)
    require(actor, Action.RESTORE_CLIENT, client=client)
    if name is not None:
        client.name = clean_client_name(name)
    refuse_taken_name(client.name, tenant_id=client.tenant_id)
    refuse_full_tenant(client.tenant_id)
    client.removed_at, client.removed_by = None, ""
    client.is_enabled = False
    client.version += 1
    client.updated_at, client.updated_by = now, actor.name
    client.save()
    after = {"name": client.name}
    audit.record("client.restored", client, actor=actor, now=now, after=after)
    return client


def _remove_credentials(client: Client, *, actor: Actor, now: datetime) -> dict[str, int]:
    """Remove all that proves the locked client, and return how much of each kind there was."""
    kinds: dict[str, Any] = {
        "secrets": client.secrets,
        "public_keys": client.keys,
        "federated_identities": client.identities,
    }
    removed = {
        name: rows.present().update(removed_at=now, removed_by=actor.name)
        for name, rows in kinds.items()
    }
    return {name: number for name, number in removed.items() if number}
