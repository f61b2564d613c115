"""The events of all chains as JSON lines for a collector, written to AUDIT_STREAM.

Each is written after its commit, so that the collector never gets an event that was rolled back,
and at least once: what could not be written is written later from the table, also after a restart.
Nobody waits for a collector that does not read (AUD-4).
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from django.conf import settings

from clients_app.audit.collector import STDOUT, Blocked, Collector
from clients_app.audit.sentences import json_line, members_of
from clients_app.models import AuditEvent, AuditHead

RESENT_EVERY_S: Final = 2.0
_WAIT_S: Final = 0.2  # for the collector or another process
_BATCH: Final = 200  # events

log = logging.getLogger("clients_app.audit")
standard_output: Final = {"is_taken": False}
_collector: Final = Collector()
_writing: Final = threading.Lock()
_stalled: Final = threading.Event()


def spare_stdout() -> None:
    """Write nothing to the standard output of this process: a command prints its answer there.

    The server writes the events of the command.
    """
    standard_output["is_taken"] = True


def begin() -> None:
    """Let all events from now on be sent, but none from before AUDIT_STREAM was first set.

    Errors: django.db.Error.
    """
    if settings.AUDIT_STREAM:
        heads = _heads()
        _in_turn(lambda: _begin(heads))


def go_on_from(heads: dict[UUID, int]) -> None:
    """Send the events after ``heads``: the chains were restored from a backup."""
    if settings.AUDIT_STREAM:
        sent = {str(tenant_id): last for tenant_id, last in heads.items()}
        _in_turn(lambda: _collector.note(sent))


def send(event: AuditEvent) -> None:
    """Write the event, after those before it in its chain; now or later."""
    if not _is_on() or _stalled.is_set():
        return

    def write() -> None:
        if _collector.sent is None:
            _begin(_heads() | {event.tenant_id: event.sequence - 1})
        is_next = event.sequence == _first_unsent(event.tenant_id)
        _write([event] if is_next else _unsent(event.tenant_id, event.sequence))

    _in_turn(write)


def resend() -> None:
    """Write the events that nobody has written yet, from the database; wait for nobody.

    Errors: django.db.Error.
    """
    if _is_on():
        heads = _heads()
        while _in_turn(lambda: _write_batch(heads)):
            pass


def say_what_is_unsent() -> None:
    """Send what waits; log what the collector does not take before this process ends."""
    if not _stalled.is_set():
        return
    resend()
    if not _stalled.is_set():
        return
    for tenant_id, last in _heads().items():
        if (first := _first_unsent(tenant_id)) <= last:
            sentence = (
                "AUDIT_STREAM lacks events %d to %d of tenant %s; the server sends them later."
            )
            log.warning(sentence, first, last, tenant_id)


def _is_on() -> bool:
    target = settings.AUDIT_STREAM
    return bool(target) and not (target == STDOUT and standard_output["is_taken"])


def _in_turn(write: Callable[[], bool | None]) -> bool:
    """Return what ``write`` returns while no other process writes; False if that is impossible."""
    with _writing:
        try:
            with _collector.turn(until=time.monotonic() + _WAIT_S):
                is_more = bool(write())
        except Blocked:
            if not _stalled.is_set():
                log.warning("AUDIT_STREAM takes no events; they are sent later from the database.")
            _stalled.set()
            return False
        except OSError as error:
            log.warning("AUDIT_STREAM cannot be written: %s", error)
            _stalled.set()
            return False
        if _stalled.is_set():
            log.warning("AUDIT_STREAM takes events again.")
        _stalled.clear()
        return is_more


def _heads() -> dict[UUID, int]:
    return dict(AuditHead.objects.values_list("tenant_id", "sequence"))


def _begin(heads: dict[UUID, int]) -> None:
    if _collector.sent is None:
        _collector.note({str(tenant_id): last for tenant_id, last in heads.items()})


def _first_unsent(tenant_id: UUID) -> int:
    return (_collector.sent or {}).get(str(tenant_id), 0) + 1


def _write_batch(heads: dict[UUID, int]) -> bool:
    """Return whether there are more events to write."""
    if _collector.sent is None:
        return False
    left = _BATCH
    for tenant_id, last in heads.items():
        events = _unsent(tenant_id, last)[:left]
        _write(events)
        left -= len(events)
    return left == 0


def _unsent(tenant_id: UUID, last: int) -> list[AuditEvent]:
    """Return the next events of a chain up to ``last``."""
    first = _first_unsent(tenant_id)
    if first > last + 1:
        _follow_backup(tenant_id)
    if first > last:
        return []
    rows = AuditEvent.objects.for_tenant(tenant_id).filter(sequence__range=(first, last))
    events = list(rows.order_by("sequence")[:_BATCH])
    if events and events[0].sequence > first:
        sentence = "AUDIT_STREAM lacks events %d to %d of tenant %s; they are in sealed files."
        log.error(sentence, first, events[0].sequence - 1, tenant_id)
    return events


def _follow_backup(tenant_id: UUID) -> None:
    """Go on behind the end of a chain that is shorter than what was sent: it was restored."""
    last = _heads().get(tenant_id, 0)
    if _first_unsent(tenant_id) > last + 1:
        _collector.note({**(_collector.sent or {}), str(tenant_id): last})


def _write(events: Iterable[AuditEvent]) -> None:
    for event in events:
        line = json_line({"stream": "audit", **members_of(event)}).encode()
        sent = {**(_collector.sent or {}), str(event.tenant_id): event.sequence}
        _collector.write(line, sent, until=time.monotonic() + _WAIT_S)
