"""The events of all chains as JSON lines for a collector, where AUDIT_STREAM says where to.

Each goes out after the commit that made it lasting, so that none is told that did not happen.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

from clients_app import data_files
from clients_app.audit.plain import json_line, members_of
from clients_app.models import AuditEvent

STDOUT: Final = "stdout"


standard_output: Final = {"is_taken": False}


def spare_stdout() -> None:
    """Write nothing to the standard output of this process: a command prints its answer there."""
    standard_output["is_taken"] = True


def send(event: AuditEvent) -> None:
    """Write the event as one line to where the collector reads."""
    target = settings.AUDIT_STREAM
    if not target or (target == STDOUT and standard_output["is_taken"]):
        return
    line = json_line({"stream": "audit", **members_of(event)}).encode()
    with _open(target) as file, _alone():  # a pipe keeps only short lines of many writers whole
        while line:
            line = line[os.write(file, line) :]


@contextmanager
def _open(target: str) -> Iterator[int]:
    if target == STDOUT:
        yield 1
        return
    file = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off the other threads and processes that write."""
    lock = os.open(settings.DATA_DIR / data_files.AUDIT_STREAM_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
