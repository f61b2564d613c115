"""Moves old audit events from their table into sealed segments, never one by one."""

from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from clients_app import audit, derived_keys
from clients_app.actors import Actor
from clients_app.audit import segments
from clients_app.audit.rows import rows_of_table
from clients_app.audit.verify import ChainBroken, Link, follow
from clients_app.errors import Conflict, PortalError, gettext_noop
from clients_app.models import AuditEvent, AuditHead, AuditSegment
from clients_app.permissions import Action, require

EVENTS_MAX: Final = 2_000  # in a segment: other writers wait less than a tenth of a second


def seal_segment(*, before: datetime, actor: Actor, now: datetime) -> AuditSegment | None:
    """Seal the oldest events of the actor's tenant that were recorded before this moment, 2,000 at
    most; None where there are none.

    They are verified, written to a file in DATA_DIR, and removed from the table in the transaction
    that adds the signed head of the segment and its event.
    Errors: Forbidden; PortalError where the chain is broken; Conflict if another was faster.
    """
    require(actor, Action.MANAGE_INSTALLATION)
    events = AuditEvent.objects.for_tenant(actor.tenant_id).order_by("sequence")
    oldest, newest = events.first(), events.last()
    younger = events.filter(at__gte=before).values_list("sequence", flat=True).first()
    if oldest is None or newest is None or oldest.sequence == younger:
        return None
    end = newest.sequence if younger is None else younger - 1
    segment = AuditSegment(
        tenant_id=actor.tenant_id,
        first_sequence=oldest.sequence,
        last_sequence=min(end, oldest.sequence + EVENTS_MAX - 1),
        previous_digest=oldest.previous_digest,
        sealed_at=now,
    )
    draft = segments.draft_of(segment)
    try:
        write_segment(segment, draft)
        with transaction.atomic():
            _replace_events(segment, draft, actor=actor, now=now)
    finally:
        draft.unlink(missing_ok=True)
    return segment


def write_segment(segment: AuditSegment, draft: Path) -> None:
    """Write the file, and complete the head of the segment."""
    first, last = segment.first_sequence, segment.last_sequence
    rows = rows_of_table(segment.tenant_id, first=first, last=last)
    after = Link(first - 1, segment.previous_digest)
    try:
        segment.last_digest = follow(segments.write(rows, draft), after=after, seen={}).digest
    except ChainBroken as broken:
        number, reason = broken.fault
        sentence = gettext_noop("Nothing is sealed: event %(number)s: %(reason)s.")
        raise PortalError(sentence, number=number, reason=reason) from broken
    segment.file_digest = segments.file_digest(draft)
    segment.key_id = derived_keys.current_key(derived_keys.AUDIT_CHAIN).id
    segment.mac = segments.mac_of(segment) or ""


def _replace_events(segment: AuditSegment, draft: Path, *, actor: Actor, now: datetime) -> None:
    AuditHead.objects.select_for_update().get(tenant_id=actor.tenant_id)
    numbers = (segment.first_sequence, segment.last_sequence)
    events = AuditEvent.objects.for_tenant(actor.tenant_id).filter(sequence__range=numbers)
    if events.count() != segment.last_sequence - segment.first_sequence + 1:
        raise Conflict(gettext_noop("Another process is sealing these events."))
    segments.keep(draft, segment)
    segment.save(force_insert=True)
    events.delete()
    after = {"file": segments.path_of(segment).name, "file_digest": segment.file_digest}
    audit.record("activity.sealed", segment, actor=actor, now=now, after=after)
