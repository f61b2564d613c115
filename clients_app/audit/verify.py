"""Finds the first event of a tenant's chain that was changed, removed, added, moved or cut off."""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from clients_app import keyring
from clients_app.audit import witness
from clients_app.audit.rows import Row, rows_of_table
from clients_app.models import AuditEvent, AuditHead


class Fault(NamedTuple):
    sequence: int
    reason: str


class Link(NamedTuple):
    """An event by which the chain goes on."""

    sequence: int
    digest: str


def first_fault(tenant_id: UUID) -> Fault | None:
    """Return where the chain of this tenant breaks first; None where it is whole.

    Every chain has a head, since it begins with the event that tells of the tenant's making.
    """
    seen = witness.noted(tenant_id)
    head = AuditHead.objects.filter(tenant_id=tenant_id).first()  # what is written later can wait
    last = head.sequence if head else 0
    end = follow(rows_of_table(tenant_id, last=last), after=Link(0, ""), seen=seen)
    if isinstance(end, Fault):
        return end
    if head is None:
        return Fault(1, "the head of the chain is missing")
    if max(last, *seen, 0) > end.sequence:
        return Fault(end.sequence + 1, "the events from here to the end are missing")
    if head.digest != end.digest:
        return Fault(last + 1, "the head of the chain does not know this event")
    return _fault_after(head)


def follow(rows: Iterable[Row], *, after: Link, seen: dict[int, str]) -> Link | Fault:
    """Return the last of ``rows``, where they go on from ``after`` without a fault."""
    sequence, digest = after
    macs: dict[str, Callable[[bytes, bytes], str]] = {}
    for number, previous, sealed, key_id, canonical, fits in rows:
        sequence += 1
        if number != sequence:
            return Fault(sequence, "the event is missing")
        if previous != digest:
            return Fault(sequence, "it does not follow the event before it")
        if key_id not in macs:
            key = keyring.key_by_id(keyring.AUDIT_CHAIN, key_id)
            if key is None:
                reason = "the key it was sealed with is not among SECRET_KEY and its fallbacks"
                return Fault(sequence, reason)
            macs[key_id] = keyring.mac_maker(key)
        if macs[key_id](previous.encode(), str(canonical).encode()) != sealed:
            return Fault(sequence, "it was changed")
        if not fits:
            return Fault(sequence, "its columns were changed")
        digest = sealed
        if sequence in seen and seen[sequence] != digest:
            return Fault(sequence, "it is not the event that DATA_DIR remembers")
    return Link(sequence, digest)


def _fault_after(head: AuditHead) -> Fault | None:
    """Return a fault if there are events that even the head of this moment does not know."""
    beyond = AuditEvent.objects.for_tenant(head.tenant_id).filter(sequence__gt=head.sequence)
    added = beyond.order_by("sequence").first()
    head.refresh_from_db()
    if added is not None and added.sequence > head.sequence:
        return Fault(added.sequence, "the head of the chain does not know this event")
    return None
