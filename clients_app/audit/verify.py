"""Finds the first event of a tenant's chain that was changed, removed, added, moved or cut off."""

import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from clients_app import derived_keys
from clients_app.audit import head_files, segments
from clients_app.audit.rows import Row, rows_of_table
from clients_app.models import AuditEvent, AuditHead, AuditSegment


class Fault(NamedTuple):
    sequence: int
    reason: str


class Link(NamedTuple):
    """An event by which the chain goes on."""

    sequence: int
    digest: str


def first_fault(tenant_id: UUID) -> Fault | None:
    """Return where the chain of this tenant breaks first; None where it is whole.

    It is followed through the sealed segments, then through the table. Every chain has a head,
    since it begins with the event that tells of the tenant's making.
    """
    while True:
        sealed = segments.segments_of(tenant_id)
        fault = _first_fault(tenant_id, sealed)
        if fault is None or sealed == segments.segments_of(tenant_id):
            return fault  # else events went from the table into a segment meanwhile


def _first_fault(tenant_id: UUID, sealed: list[AuditSegment]) -> Fault | None:
    seen = head_files.noted(tenant_id)
    head = AuditHead.objects.filter(tenant_id=tenant_id).first()  # what is written later can wait
    last = head.sequence if head else 0
    link = Link(0, "")
    for segment in sealed:
        through = _through(segment, after=link, seen=seen)
        if isinstance(through, Fault):
            return through
        link = through
    end = follow(rows_of_table(tenant_id, last=last), after=link, seen=seen)
    if isinstance(end, Fault):
        return end
    if head is None:
        return Fault(1, "the head of the chain is missing")
    if max(last, *seen, 0) > end.sequence:
        return Fault(end.sequence + 1, "the events from here to the end are missing")
    if head.digest != end.digest:
        return Fault(last + 1, "the head of the chain does not know this event")
    return _fault_after(head)


def _through(segment: AuditSegment, *, after: Link, seen: dict[int, str]) -> Link | Fault:
    """Return the last event of ``segment``, where it goes on from ``after`` and is as sealed."""
    first, path = segment.first_sequence, segments.path_of(segment)
    if first != after.sequence + 1:
        return Fault(after.sequence + 1, "the event is missing")
    if segments.mac_of(segment) != segment.mac:
        return Fault(first, "the head of its sealed segment was changed")
    try:
        end = follow(segments.rows_of_file(segment), after=after, seen=seen)
        altered = segments.file_digest(path) != segment.file_digest
    except FileNotFoundError:
        return Fault(first, f"its sealed segment {path.name} is missing from DATA_DIR")
    except (OSError, EOFError, zlib.error, ValueError):
        return Fault(first, f"its sealed segment {path.name} cannot be read")
    if isinstance(end, Fault):
        return end
    if altered or end != Link(segment.last_sequence, segment.last_digest):
        return Fault(first, f"its sealed segment {path.name} was altered")
    return end


def follow(rows: Iterable[Row], *, after: Link, seen: dict[int, str]) -> Link | Fault:
    """Return the last of ``rows``, where they go on from ``after`` without a fault."""
    sequence, digest = after
    macs: dict[str, Callable[[bytes, bytes], str]] = {}
    for number, previous, sealed, key_id, canonical, fits in rows:
        sequence += 1
        if number != sequence:
            missing = number > sequence
            return Fault(
                sequence, "the event is missing" if missing else "another stands before it"
            )
        if previous != digest:
            return Fault(sequence, "it does not follow the event before it")
        if key_id not in macs:
            key = derived_keys.key_by_id(derived_keys.AUDIT_CHAIN, key_id)
            if key is None:
                reason = "the key it was sealed with is not among SECRET_KEY and its fallbacks"
                return Fault(sequence, reason)
            macs[key_id] = derived_keys.mac_maker(key)
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
