"""Finds the first event of a tenant's chain that was changed, removed, added, moved or cut off."""

import json
from typing import NamedTuple
from uuid import UUID

from clients_app import keyring
from clients_app.audit import witness
from clients_app.audit.chain import columns_of, digest_of
from clients_app.models import AuditEvent, AuditHead


class Fault(NamedTuple):
    sequence: int
    reason: str


def first_fault(tenant_id: UUID) -> Fault | None:
    """Return where the chain of this tenant breaks first; None where it is whole.

    Every chain has a head, since it begins with the event that tells of the tenant's making.
    """
    sequence, digest = 0, ""
    seen = witness.last_noted(tenant_id)
    events = AuditEvent.objects.for_tenant(tenant_id).order_by("sequence")
    for event in events.iterator(chunk_size=2000):
        sequence += 1
        if event.sequence != sequence:
            return Fault(sequence, "the event is missing")
        if event.previous_digest != digest:
            return Fault(sequence, "it does not follow the event before it")
        if (reason := _fault_of(event)) is not None:
            return Fault(sequence, reason)
        digest = event.digest
        if seen is not None and seen.sequence == sequence and seen.digest != digest:
            return Fault(sequence, "it is not the event that DATA_DIR remembers")
    head = AuditHead.objects.filter(tenant_id=tenant_id).first()
    if head is None:
        return Fault(sequence + 1, "the head of the chain is missing")
    if max(head.sequence, seen.sequence if seen else 0) > sequence:
        return Fault(sequence + 1, "the events from here to the end are missing")
    if (head.sequence, head.digest) != (sequence, digest):
        return Fault(head.sequence + 1, "the head of the chain does not know this event")
    return None


def _fault_of(event: AuditEvent) -> str | None:
    key = keyring.key_by_id(keyring.AUDIT_CHAIN, event.chain_key_id)
    if key is None:
        return "the key it was sealed with is not among SECRET_KEY and its fallbacks"
    if digest_of(event, key) != event.digest:
        return "it was changed"
    sealed = json.loads(event.canonical)
    if any(sealed[name] != value for name, value in columns_of(event).items()):
        return "its columns were changed"
    return None
