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
    seen = witness.noted(tenant_id)
    head = AuditHead.objects.filter(tenant_id=tenant_id).first()  # what is written later can wait
    last = head.sequence if head else 0
    sequence, digest = 0, ""
    events = AuditEvent.objects.for_tenant(tenant_id).order_by("sequence")
    for event in events.filter(sequence__lte=last).iterator(chunk_size=2000):
        sequence += 1
        if event.sequence != sequence:
            return Fault(sequence, "the event is missing")
        if event.previous_digest != digest:
            return Fault(sequence, "it does not follow the event before it")
        if (reason := _fault_of(event)) is not None:
            return Fault(sequence, reason)
        digest = event.digest
        if seen.get(sequence, digest) != digest:
            return Fault(sequence, "it is not the event that DATA_DIR remembers")
    if head is None:
        return Fault(1, "the head of the chain is missing")
    if max(last, *seen, 0) > sequence:
        return Fault(sequence + 1, "the events from here to the end are missing")
    if head.digest != digest:
        return Fault(last + 1, "the head of the chain does not know this event")
    return _fault_after(head)


def _fault_after(head: AuditHead) -> Fault | None:
    """Return a fault if there are events that even the head of this moment does not know."""
    beyond = AuditEvent.objects.for_tenant(head.tenant_id).filter(sequence__gt=head.sequence)
    added = beyond.order_by("sequence").first()
    head.refresh_from_db()
    if added is not None and added.sequence > head.sequence:
        return Fault(added.sequence, "the head of the chain does not know this event")
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
