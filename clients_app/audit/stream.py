"""The events of all chains as JSON lines for a collector, written to AUDIT_STREAM.

Each is written after its commit, so that the collector never gets an event that was rolled back.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

from clients_app import data_files
from clients_app.audit.sentences import json_line, members_of
from clients_app.models import AuditEvent

STDOUT: Final = "stdout"
_STDOUT_FILE: Final = 1

standard_output: Final = {"is_taken": False}


def spare_stdout() -> None:
    """Write nothing to the standard output of this process: a command prints its answer there."""
    standard_output["is_taken"] = True


def send(event: AuditEvent) -> None:
    """Write the event as one line to AUDIT_STREAM."""
    target = settings.AUDIT_STREAM
    if not target or (target == STDOUT and standard_output["is_taken"]):
        return
    line = json_line({"stream": "audit", **members_of(event)}).encode()
    file = _STDOUT_FILE if target == STDOUT else _opened(target, os.O_WRONLY | os.O_APPEND)
    with open(file, "wb", buffering=0, closefd=file != _STDOUT_FILE) as raw, _alone():
        while line:  # a pipe keeps only short lines of several writers whole
            line = line[raw.write(line) or 0 :]


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off the other threads and processes that write."""
    lock = _opened(settings.DATA_DIR / data_files.AUDIT_STREAM_LOCK, os.O_RDWR)
    with os.fdopen(lock, "rb", buffering=0):
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _opened(path: str | os.PathLike[str], flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)
