"""Writes audit events, each chained to the one before it in its tenant (security: one chain).

The digest of an event is a MAC over its canonical JSON and the digest before it, under a key that
is not in the database: a row that was changed, removed, inserted or moved no longer fits.
"""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from clients_app import keyring
from clients_app.actors import Actor
from clients_app.audit import witness
from clients_app.models import AuditEvent, AuditHead

DONE = "done"


def record(
    action: str,
    subject: Model,
    *,
    actor: Actor,
    now: datetime,
    client_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEvent:
    """Add one event to the chain of the actor's tenant and return it.

    Call it as the last act of the transaction that makes the change: it locks the tenant's head
    row until that transaction ends. ``before`` and ``after`` hold the fields that differ, never a
    secret, a digest or a tag.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit event is part of the transaction of its change.")
    heads = AuditHead.objects.select_for_update()
    head, _ = heads.get_or_create(tenant_id=actor.tenant_id)
    event = AuditEvent(
        tenant_id=actor.tenant_id,
        sequence=head.sequence + 1,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        outcome=DONE,
        client_id=client_id,
        object_kind=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_name=str(subject)[:200],
        address=actor.address,
        operation_id=actor.operation_id,
        previous_digest=head.digest,
    )
    event.canonical = canonical(event, before=before or {}, after=after or {})
    key = keyring.current_key(keyring.AUDIT_CHAIN)
    event.chain_key_id = key.id
    event.digest = digest_of(event, key)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(sequence=event.sequence, digest=event.digest)
    remember = partial(witness.note, actor.tenant_id, sequence=event.sequence, digest=event.digest)
    transaction.on_commit(remember, robust=True)
    return event


def canonical(event: AuditEvent, *, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return the event as JSON with sorted keys and no spaces (after RFC 8785)."""
    return json.dumps(
        {**columns_of(event), "before": before, "after": after},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=_as_text,
    )


def columns_of(event: AuditEvent) -> dict[str, Any]:
    """Return the columns that the canonical form repeats; ``verify`` compares both."""
    return {
        "tenant_id": str(event.tenant_id),
        "sequence": event.sequence,
        "at": _as_text(event.at),
        "actor_kind": str(event.actor_kind),
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "action": str(event.action),
        "outcome": event.outcome,
        "client_id": str(event.client_id) if event.client_id else None,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "object_name": event.object_name,
        "address": event.address,
        "operation_id": event.operation_id,
    }


def digest_of(event: AuditEvent, key: keyring.DerivedKey) -> str:
    """Return the MAC of ``event`` and of what stands before it, as hexadecimal digits."""
    return keyring.mac(key, event.previous_digest.encode(), event.canonical.encode()).hex()


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
