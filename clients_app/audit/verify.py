"""Finds the first event of a tenant's chain that was changed, removed, added, moved or cut off."""

import zlib
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app import derived_keys
from clients_app.audit import head_files, segments
from clients_app.audit.rows import Row, rows_of_table
from clients_app.models import AuditEvent, AuditHead, AuditSegment, Tenant

_TRACES: Final[tuple[tuple[Any, str], ...]] = (
    *((Tenant, "pk"), (AuditHead, "tenant_id")),
    *((AuditEvent, "tenant_id"), (AuditSegment, "tenant_id")),
)


class Fault(NamedTuple):
    sequence: int
    reason: str


class ChainBroken(Exception):
    def __init__(self, sequence: int, reason: str) -> None:
        super().__init__(reason)
        self.fault = Fault(sequence, reason)


class Link(NamedTuple):
    """An event that the chain continues after, and the ids of the keys up to it, in their order."""

    sequence: int
    digest: str
    key_ids: tuple[str, ...] = ()


def chains() -> set[UUID]:
    """Return every tenant of which anything is left: a row, a head, events, segments or files."""
    found = {*head_files.tenant_ids(), *segments.tenant_ids()}
    for model, column in _TRACES:
        found |= set(model._default_manager.order_by().values_list(column, flat=True).distinct())
    return found


def first_fault(tenant_id: UUID) -> Fault | None:
    """Return where the chain of this tenant breaks first; None where it is whole.

    It is followed through the sealed segments, then through the table. Every chain has a head,
    since it begins with the event that the tenant was added.
    """
    while True:
        sealed = segments.segments_of(tenant_id)
        try:
            _check(tenant_id, sealed)
        except ChainBroken as broken:
            if sealed == segments.segments_of(tenant_id):  # no events were sealed in the meantime
                return broken.fault
        else:
            return None


def _check(tenant_id: UUID, sealed: list[AuditSegment]) -> None:
    try:
        seen = head_files.noted(tenant_id)
    except OSError as error:
        raise ChainBroken(1, f"the file of its heads cannot be read: {error}") from error
    if not Tenant.objects.filter(pk=tenant_id).exists():
        raise ChainBroken(1, "the tenant of this chain is missing")
    head = AuditHead.objects.filter(tenant_id=tenant_id).first()  # later events are not checked
    link = Link(0, "")
    for segment in sealed:
        link = _follow_segment(segment, after=link, seen=seen)
    if head is None:
        raise ChainBroken(1, "the head of the chain is missing")
    end = follow(rows_of_table(tenant_id, last=head.sequence), after=link, seen=seen)
    if max([head.sequence, *seen]) > end.sequence:
        raise ChainBroken(end.sequence + 1, "the events from here to the end are missing")
    if head.digest != end.digest:
        raise ChainBroken(head.sequence + 1, "the head of the chain does not know this event")
    _check_beyond(head)


def _follow_segment(segment: AuditSegment, *, after: Link, seen: dict[int, str]) -> Link:
    """Return the last event of ``segment``, if it continues ``after`` and is as it was sealed."""
    first, path = segment.first_sequence, segments.path_of(segment)
    if first != after.sequence + 1:
        raise ChainBroken(after.sequence + 1, "the event is missing")
    if segments.mac_of(segment) != segment.mac:
        raise ChainBroken(first, "the head of its sealed segment was changed")
    try:
        end = follow(segments.rows_of_file(segment), after=after, seen=seen)
        is_altered = segments.file_digest(path) != segment.file_digest
    except FileNotFoundError:
        reason = f"its sealed segment {path.name} is missing from DATA_DIR"
        raise ChainBroken(first, reason) from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ChainBroken(first, f"its sealed segment {path.name} cannot be read") from error
    if is_altered or end[:2] != (segment.last_sequence, segment.last_digest):
        raise ChainBroken(first, f"its sealed segment {path.name} was altered")
    return end


def follow(rows: Iterable[Row], *, after: Link, seen: dict[int, str]) -> Link:
    """Return the last of ``rows``, which continue ``after``.

    Once an event is under a newer key, none under an older one counts: a former SECRET_KEY may be
    known to others.
    Errors: ChainBroken.
    """
    sequence, digest, key_ids = after
    own = derived_keys.current_key(derived_keys.AUDIT_CHAIN).id
    latest = key_ids[-1] if key_ids else ""
    macs: dict[str, Callable[[bytes, bytes], str]] = {}
    for number, previous, sealed, key_id, canonical, fits in rows:
        sequence += 1
        if number > sequence:
            raise ChainBroken(sequence, "the event is missing")
        if number < sequence:
            raise ChainBroken(sequence, "another stands before it")
        if previous != digest:
            raise ChainBroken(sequence, "it does not follow the event before it")
        if key_id not in macs:
            macs[key_id] = _mac_maker(key_id, sequence)
        if macs[key_id](previous.encode(), str(canonical).encode()) != sealed:
            raise ChainBroken(sequence, "it was changed")
        if not fits:
            raise ChainBroken(sequence, "its columns were changed")
        if seen.get(sequence, sealed) != sealed:
            raise ChainBroken(sequence, "it is not the event that DATA_DIR remembers")
        if key_id != latest:
            if key_id in key_ids or latest == own:
                raise ChainBroken(sequence, "it is under a former SECRET_KEY, after a newer one")
            latest, key_ids = key_id, (*key_ids, key_id)
        digest = sealed
    return Link(sequence, digest, key_ids)


def _mac_maker(key_id: str, sequence: int) -> Callable[[bytes, bytes], str]:
    key = derived_keys.key_by_id(derived_keys.AUDIT_CHAIN, key_id)
    if key is None:
        reason = "the key it was sealed with is not among SECRET_KEY and its fallbacks"
        raise ChainBroken(sequence, reason)
    return derived_keys.mac_maker(key)


def _check_beyond(head: AuditHead) -> None:
    """Look for events that even the current head does not know."""
    beyond = AuditEvent.objects.for_tenant(head.tenant_id).filter(sequence__gt=head.sequence)
    added = beyond.order_by("sequence").first()
    head.refresh_from_db()
    if added is not None and added.sequence > head.sequence:
        raise ChainBroken(added.sequence, "the head of the chain does not know this event")
