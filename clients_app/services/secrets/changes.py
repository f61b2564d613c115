"""Editing and removing secrets of a client."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import SECRET_DESCRIPTION_MAX
from clients_app.models import Client, ClientSecret
from clients_app.permissions import Action, require
from clients_app.rules.expiry import check_expiration, is_expired
from clients_app.rules.names import clean_line
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.sort_columns import EXPIRY_COLUMNS, update_expiry
from clients_app.services.credentials.own import check_own_removal
from clients_app.services.locks import locked, refuse_stale


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretDraft:
    """The fields of Add Secret and Edit Secret."""

    description: str = ""
    expires_at: datetime | None  # aware UTC; None: Never Expires


@transaction.atomic
def edit_secret(
    client: Client,
    secret_id: int,
    draft: SecretDraft,
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> ClientSecret:
    """Change the description and expiration of a live secret; its value stays.

    Errors: Forbidden; ProofRequired for a later expiration; RuleBroken (secret.description,
    secret.expiration), also for an expired secret; ChangedMeanwhile; NotFound.
    """
    client = locked(client)
    require(actor, Action.EDIT_SECRET, client=client)
    secret = present_secret(client, secret_id)
    if is_expired(secret.expires_at, now):
        raise RuleBroken(_("This secret has expired. Add a new one."))
    before = values_of(secret)
    secret.description = clean_description(draft)
    if secret.expires_at != draft.expires_at:
        check_expiration(draft.expires_at, now)
        if lengthens(secret, draft.expires_at):  # a shorter life breaks no policy
            require(actor, Action.EXTEND_SECRET, client=client)
            policy = tenant_policy(client.tenant_id)
            policy.check_end(draft.expires_at, created_at=secret.created_at, now=now)
        secret.expires_at = draft.expires_at
    if values_of(secret) != before:
        refuse_stale(secret, expected_version)
        save_edited(secret, client, before=before, actor=actor, now=now)
    return secret


def lengthens(secret: ClientSecret, expires_at: datetime | None) -> bool:
    """Return whether ``expires_at`` is later than the current expiration."""
    if secret.expires_at is None:
        return False
    return expires_at is None or expires_at > secret.expires_at


@transaction.atomic
def remove_secret(
    client: Client,
    secret_id: int,
    *,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> ClientSecret:
    """Remove a secret; every worker refuses it from the next token request on.

    Errors: ChangedMeanwhile; Forbidden; NotFound if it was removed before or belongs to another
    client.
    """
    client = locked(client)
    require(actor, Action.REMOVE_SECRET, client=client)
    check_own_removal(client, action=Action.REMOVE_SECRET, actor=actor, now=now)
    secret = present_secret(client, secret_id)
    refuse_stale(secret, expected_version)
    mark_removed(secret, actor=actor, now=now)
    touch(client, actor=actor, now=now)
    audit.record("client.secret.removed", secret, actor=actor, now=now, before=values_of(secret))
    return secret


def clean_description(draft: SecretDraft) -> str:
    """Return the description of ``draft`` on one line; raise RuleBroken (secret.description)."""
    return clean_line(draft.description, maximum=SECRET_DESCRIPTION_MAX, field="secret.description")


def save_edited(
    secret: ClientSecret, client: Client, *, before: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """Save an edited secret and record the event."""
    secret.version += 1
    secret.save(update_fields=["description", "expires_at", "version"])
    touch(client, actor=actor, now=now)
    audit.record(
        "client.secret.edited", secret, actor=actor, now=now, before=before, after=values_of(secret)
    )


def mark_removed(secret: ClientSecret, *, actor: Actor, now: datetime) -> None:
    """Remove a secret; the caller also touches the client and records the event."""
    secret.removed_at, secret.removed_by = now, actor.name
    secret.save(update_fields=["removed_at", "removed_by"])


def touch(client: Client, *, actor: Actor, now: datetime) -> None:
    """Save on ``client`` that its secrets changed: who, when, and the next expiry."""
    update_expiry(client, now=now)
    client.updated_at, client.updated_by = now, actor.name
    client.save(update_fields=[*EXPIRY_COLUMNS, "updated_at", "updated_by"])


def values_of(secret: ClientSecret) -> dict[str, Any]:
    """Return the values for an audit event: nothing that helps to guess the secret."""
    ends_in = secret.last_four
    return {"description": secret.description, "expires_at": secret.expires_at, "ends_in": ends_in}


def present_secret(client: Client, secret_id: int) -> ClientSecret:
    """Return a secret of the client; raise NotFound if it was removed."""
    secret = client.secrets.filter(pk=secret_id, removed_at=None).first()
    if secret is None:
        raise NotFound(_("There is no such secret. It may have been removed."))
    return secret
