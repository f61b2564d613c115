"""The events of all chains as JSON lines for a collector, written to AUDIT_STREAM.

Each is written after its commit, so that the collector never gets an event that was rolled back.
Nobody waits for a collector that does not read: what it does not take at once is sent later from
the table (AUD-4).
"""

import fcntl
import logging
import os
import threading
import time
from typing import Final
from uuid import UUID

from django.conf import settings

from clients_app import data_files, pipes
from clients_app.audit.sentences import json_line, members_of
from clients_app.models import AuditEvent

STDOUT: Final = "stdout"
RESENT_EVERY_S: Final = 2.0
_STDOUT_FILE: Final = 1
_WAIT_S: Final = 0.2  # for the collector or another process
_PAUSE_S: Final = 0.005
_BATCH: Final = 200  # events

log = logging.getLogger("clients_app.audit")
standard_output: Final = {"is_taken": False}


class _Blocked(Exception):
    """The collector does not read, or another process is writing to it."""


class _Line:
    """A line that is being written, and the lock that keeps others from writing within it."""

    def __init__(self) -> None:
        self.rest = b""
        self.file = self.lock = -1

    def write(self, line: bytes, *, until: float) -> None:
        """Write the whole line, after the rest of the one before.

        Errors: _Blocked; if part of it is written, the next call begins with the rest. OSError.
        """
        if self.rest:
            self._write_rest(until)
        self._open(until)
        self.rest = line
        self._write_rest(until)

    def _write_rest(self, until: float) -> None:
        before = self.rest
        while self.rest:
            try:
                self.rest = pipes.write_now(self.file, self.rest)
            except OSError:
                self._close()
                raise
            if self.rest and time.monotonic() >= until:
                if self.rest == before and before.startswith(b"{"):
                    self._close()  # nothing of it is written: others need not wait
                raise _Blocked
            if self.rest:
                time.sleep(_PAUSE_S)
        self._close()

    def _open(self, until: float) -> None:
        self.lock = os.open(settings.DATA_DIR / data_files.AUDIT_STREAM_LOCK, *_FLAGS)
        try:
            self._take_lock(until)
            target = settings.AUDIT_STREAM
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
            to_stdout = target == STDOUT
            self.file = pipes.opened(_STDOUT_FILE) if to_stdout else os.open(target, flags, 0o600)
        except BaseException:
            self._close()
            raise

    def _take_lock(self, until: float) -> None:
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise _Blocked from None
                time.sleep(_PAUSE_S)
            else:
                return

    def _close(self) -> None:
        for file in (self.file, self.lock):
            if file not in {-1, _STDOUT_FILE}:
                os.close(file)
        self.rest, self.file, self.lock = b"", -1, -1


_FLAGS: Final = (os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
_line: Final = _Line()
_writing: Final = threading.Lock()
_noting: Final = threading.Lock()
_unsent: Final[dict[UUID, tuple[int, int]]] = {}  # by tenant: the first and last number


def spare_stdout() -> None:
    """Write nothing to the standard output of this process: a command prints its answer there."""
    standard_output["is_taken"] = True


def send(event: AuditEvent) -> None:
    """Write the event as one line to AUDIT_STREAM, now or later."""
    target = settings.AUDIT_STREAM
    if not target or (target == STDOUT and standard_output["is_taken"]):
        return
    if not _unsent:
        with _writing:
            if _is_sent(event):
                return
    with _noting:
        if not _unsent:
            log.warning("AUDIT_STREAM takes no events; they are sent later from the database.")
        first, last = _unsent.get(event.tenant_id, (event.sequence, event.sequence))
        _unsent[event.tenant_id] = (min(first, event.sequence), max(last, event.sequence))


def resend() -> None:
    """Write the events that the collector did not take, from the database; wait for nobody.

    Events that another process has sent between them may come twice: each has its number.
    Errors: django.db.Error.
    """
    for tenant_id in list(_unsent):
        while tenant_id in _unsent and _resend_batch(tenant_id):
            pass


def say_what_is_unsent() -> None:
    """Send what waits; log what the collector does not take before this process ends."""
    resend()
    for tenant_id, (first, last) in _unsent.items():
        log.error("AUDIT_STREAM lacks events %d to %d of tenant %s.", first, last, tenant_id)


def _resend_batch(tenant_id: UUID) -> bool:
    """Return whether the collector took the next events of a tenant."""
    events = AuditEvent.objects.for_tenant(tenant_id).filter(sequence__range=_unsent[tenant_id])
    batch = list(events.order_by("sequence")[:_BATCH])
    for event in batch:
        with _writing:
            if not _is_sent(event):
                return False
        with _noting:
            _unsent[tenant_id] = (event.sequence + 1, _unsent[tenant_id][1])
    with _noting:
        first, last = _unsent[tenant_id]
        if first > last or not batch:
            del _unsent[tenant_id]
            log.warning("AUDIT_STREAM has events up to %d of tenant %s again.", last, tenant_id)
    return True


def _is_sent(event: AuditEvent) -> bool:
    line = json_line({"stream": "audit", **members_of(event)}).encode()
    try:
        _line.write(line, until=time.monotonic() + _WAIT_S)
    except _Blocked:
        return False
    except OSError as error:
        log.warning("AUDIT_STREAM cannot be written: %s", error)
        return False
    return True
