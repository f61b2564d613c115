"""What editing, replacing and removing have in common for all kinds of credentials."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken
from clients_app.limits import SECRET_DESCRIPTION_MAX
from clients_app.models import Client, FederatedIdentity
from clients_app.permissions import require
from clients_app.rules.expiry import check_expiration, is_expired
from clients_app.rules.names import clean_line
from clients_app.rules.rotation import end_of_replaced
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.sort_columns import EXPIRY_COLUMNS, update_expiry
from clients_app.services.credentials.kinds import KINDS, OneKind, Row, present, values_of
from clients_app.services.credentials.own import check_own_removal, refuse_itself
from clients_app.services.locks import locked, refuse_stale


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDraft:
    """The fields that every kind has."""

    description: str = ""
    expires_at: datetime | None  # aware UTC; None: Never Expires


def describe(row: Row, draft: CredentialDraft) -> None:
    """Set description and expiration. Errors: RuleBroken (secret.description)."""
    row.description, row.expires_at = clean_description(draft), draft.expires_at


def clean_description(draft: CredentialDraft) -> str:
    """Return the description of ``draft`` on one line; raise RuleBroken (secret.description)."""
    return clean_line(draft.description, maximum=SECRET_DESCRIPTION_MAX, field="secret.description")


@transaction.atomic
def edit(
    table: type[OneKind],
    client: Client,
    row_id: int,
    draft: CredentialDraft,
    *,
    change: Callable[[OneKind, Client], None] = lambda row, client: None,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> OneKind:
    """Change the description and expiration of a live row, and what ``change`` sets on it.

    Errors: Forbidden; ProofRequired for a later expiration; RuleBroken (secret.description,
    secret.expiration), also for an expired row; ChangedMeanwhile; NotFound.
    """
    client, kind = locked(client), KINDS[table]
    require(actor, kind.may_edit, client=client)
    row = present(table, client, row_id)
    before, was = values_of(row), row.expires_at
    change(row, client)
    if is_expired(was, now):
        raise RuleBroken(kind.expired)
    describe(row, draft)
    if row.expires_at != was:
        check_expiration(row.expires_at, now)
        if lengthens(was, row.expires_at):  # a shorter life breaks no policy
            require(actor, kind.may_extend, client=client)
            policy = tenant_policy(client.tenant_id)
            policy.check_end(row.expires_at, created_at=row.created_at, now=now)
    if values_of(row) != before:
        refuse_stale(row, expected_version)
        save_edited(row, client, before=before, actor=actor, now=now)
    return row


def lengthens(was: datetime | None, expires_at: datetime | None) -> bool:
    """Return whether ``expires_at`` is later than the expiration so far."""
    return was is not None and (expires_at is None or expires_at > was)


def save_edited(
    row: Row, client: Client, *, before: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """Save an edited row of the locked ``client``, and record the event."""
    kind, after = KINDS[type(row)], values_of(row)
    row.version += 1
    row.save(update_fields=[*kind.columns, "version"])
    touch(client, actor=actor, now=now)
    audit.record(f"{kind.event}.edited", row, actor=actor, now=now, before=before, after=after)


def let_expire(row: Row, ends_at: datetime, *, now: datetime) -> None:
    """Save that a live row, which another one replaces, expires at ``ends_at`` or before.

    Errors: NotFound if it has expired.
    """
    if is_expired(row.expires_at, now):
        raise NotFound(KINDS[type(row)].expired)
    row.expires_at = end_of_replaced(row.expires_at, ends_at, created_at=row.created_at)
    row.version += 1
    row.save(update_fields=["expires_at", "version"])


@transaction.atomic
def remove(
    table: type[OneKind],
    client: Client,
    row_id: int,
    *,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> OneKind:
    """Remove a row with its tokens; every worker refuses it from the next token request on.

    Errors: ChangedMeanwhile; Forbidden; ProofRequired; NotFound.
    """
    client, action = locked(client), KINDS[table].may_remove
    require(actor, action, client=client)
    if table is FederatedIdentity:
        refuse_itself(client, actor=actor, action=action)
    else:
        check_own_removal(client, action=action, actor=actor, now=now)
    row = present(table, client, row_id)
    refuse_stale(row, expected_version)
    mark_removed(row, actor=actor, now=now)
    touch(client, actor=actor, now=now)
    record_removed(row, actor=actor, now=now)
    return row


def mark_removed(row: Row, *, actor: Actor, now: datetime) -> None:
    """Remove a row; the caller also touches the client and records the event."""
    row.removed_at, row.removed_by = now, actor.name
    row.save(update_fields=["removed_at", "removed_by"])


def record_removed(row: Row, *, actor: Actor, now: datetime) -> None:
    """Record that a row was removed."""
    event = f"{KINDS[type(row)].event}.removed"
    audit.record(event, row, actor=actor, now=now, before=values_of(row))


def touch(client: Client, *, actor: Actor, now: datetime) -> None:
    """Save on ``client`` that its credentials changed: who, when, and the next expiry."""
    update_expiry(client, now=now)
    client.updated_at, client.updated_by = now, actor.name
    client.save(update_fields=[*EXPIRY_COLUMNS, "updated_at", "updated_by"])
