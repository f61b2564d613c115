"""The heads of each chain outside the database, which reveal that a chain was cut off.

After each commit the head is added as a line to a file in DATA_DIR, and goes to the log. Lines are
only added, so a chain that was rewritten does not match them.
"""

import contextlib
import logging
import os
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings

from clients_app import data_files
from clients_app.models import AuditEvent

log = logging.getLogger("clients_app.audit")


def note(event: AuditEvent) -> None:
    """Remember the event as the head of its tenant's chain."""
    tenant_id, sequence, digest = event.tenant_id, event.sequence, event.digest
    log.info("Audit chain of tenant %s: event %d, %s.", tenant_id, sequence, digest)
    add(tenant_id, sequence, digest)


def add(tenant_id: UUID, sequence: int, digest: str) -> None:
    """Remember the head of a chain, which may come from a backup."""
    path = _path(tenant_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(file, "wb", buffering=0) as raw:
        raw.write(f"{sequence} {digest}\n".encode())  # one write: lines do not mix


def check_writable() -> None:
    """Return if heads can be remembered now.

    Errors: OSError.
    """
    folder = _path(UUID(int=0)).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))


def noted(tenant_id: UUID) -> dict[int, str]:
    """Return the digest of each event when this machine first saw it at the head, by number.

    Errors: OSError where there is a file that cannot be read.
    """
    try:
        lines = _path(tenant_id).read_text(errors="replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    heads: dict[int, str] = {}
    for number, _, digest in (line.partition(" ") for line in lines):
        if number.isdigit():
            heads.setdefault(int(number), digest)
    return heads


def are_noted(tenant_id: UUID) -> bool:
    """Return whether this machine remembers any head, and so would notice a chain cut off."""
    with contextlib.suppress(OSError):  # the fault says so
        return bool(noted(tenant_id))
    return False


def tenant_ids() -> set[UUID]:
    """Return the tenants whose chains this machine has seen."""
    return data_files.named_by_ids(settings.DATA_DIR / data_files.AUDIT_HEADS)


def _path(tenant_id: UUID) -> Path:
    return settings.DATA_DIR / data_files.AUDIT_HEADS / str(tenant_id)
