"""Writes audit events, each chained to the one before it in its tenant (AUD-2).

The digest of an event is a MAC over its canonical JSON and the digest before it, under a key that
is not in the database: a row that was changed, removed, inserted or moved no longer fits.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Model

from clients_app import derived_keys
from clients_app.actors import Actor
from clients_app.audit import head_files, stream
from clients_app.models import AuditEvent, AuditHead, AuditSegment, Client
from clients_app.models.audit_event import search_key_of

DONE, REFUSED = AuditEvent.DONE, AuditEvent.REFUSED

_COLUMNS: Final = (  # that the canonical form repeats; ``rows`` compares both
    *("tenant_id", "sequence", "at", "actor_kind", "actor_id", "actor_name", "action", "outcome"),
    *("client_id", "object_kind", "object_id", "object_name", "address", "operation_id"),
)


def record(
    action: str,
    subject: Model | None,
    *,
    actor: Actor,
    now: datetime,
    client_id: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outcome: str = DONE,
) -> AuditEvent:
    """Add one event to the chain of the actor's tenant and return it.

    Call it as the last step of the transaction that makes the change: it locks the tenant's head
    row until that transaction ends. ``client_id`` is by default the client that ``subject`` is or
    belongs to. ``before`` and ``after`` hold the fields that differ, as plain values without
    structure, never a secret, a digest or a tag.
    Errors: OperationalError where the event cannot be written, whatever the reason: no audit, no
    change, and every door answers that it may be tried again (AUD-1).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit event is part of the transaction of its change.")
    name = str(subject)[:200] if subject else ""
    event = AuditEvent(
        tenant_id=actor.tenant_id,
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        outcome=outcome,
        client_id=client_id or _client_of(subject),
        object_kind=(subject and subject._meta.model_name) or "",
        object_id=str(subject.pk) if subject else "",
        object_name=name,
        search_key=search_key_of(name, actor.name),
        address=actor.address,
        operation_id=actor.operation_id,
    )
    try:
        _append(event, before=before or {}, after=after or {})
    except OperationalError:
        raise
    except DatabaseError as error:
        raise OperationalError(f"The audit event cannot be written: {error}") from error
    return event


def _client_of(subject: Model | None) -> UUID | None:
    return subject.pk if isinstance(subject, Client) else getattr(subject, "client_id", None)


def _append(event: AuditEvent, *, before: dict[str, Any], after: dict[str, Any]) -> None:
    heads = AuditHead.objects.select_for_update()
    head, _ = heads.get_or_create(tenant_id=event.tenant_id)
    event.sequence, event.previous_digest = head.sequence + 1, head.digest
    event.canonical = canonical(event, before=before, after=after)
    key = _key_after(head)
    event.chain_key_id, event.digest = key.id, digest_of(event, key)
    event.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(
        sequence=event.sequence, digest=event.digest, chain_key_id=key.id
    )
    _after_commit(head_files.note, event)
    _after_commit(stream.send, event)


def _after_commit(tell: Callable[[AuditEvent], None], event: AuditEvent) -> None:
    """Call ``tell`` after the commit; if it fails, that is logged, and the change holds."""

    def told() -> None:
        tell(event)

    told.__qualname__ = f"{tell.__module__}.{tell.__qualname__}"  # which Django logs
    transaction.on_commit(told, robust=True)


def _key_after(head: AuditHead) -> derived_keys.DerivedKey:
    """Return the key for the next event: never one that the chain has left for a newer one.

    While nodes restart one after the other with a new SECRET_KEY, those that still have the former
    one continue the chain under the new one, which is among their fallbacks.
    """
    own = derived_keys.current_key(derived_keys.AUDIT_CHAIN)
    if head.chain_key_id in {"", own.id}:
        return own
    events = AuditEvent.objects.for_tenant(head.tenant_id).filter(chain_key_id=own.id)
    sealed = AuditSegment.objects.filter(tenant_id=head.tenant_id, key_id=own.id)
    newer = derived_keys.key_by_id(derived_keys.AUDIT_CHAIN, head.chain_key_id)
    return newer if newer and (events.exists() or sealed.exists()) else own


def canonical(event: AuditEvent, *, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return the event as JSON with sorted keys and no spaces (after RFC 8785)."""
    columns = {name: getattr(event, name) for name in _COLUMNS}
    return json.dumps(
        {**columns, "before": before, "after": after},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=_as_text,
    )


def digest_of(event: AuditEvent, key: derived_keys.DerivedKey) -> str:
    """Return the MAC over ``event`` and the digest before it, as hexadecimal digits."""
    return derived_keys.mac(key, event.previous_digest.encode(), event.canonical.encode()).hex()


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
