"""The head of each chain outside the database: who cuts off the tail there is found out.

After each commit it is written to a file in DATA_DIR and to the log (security: one chain).
"""

import fcntl
import logging
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from clients_app import conf

log = logging.getLogger("clients_app.audit")


class Head(NamedTuple):
    sequence: int
    digest: str


def note(tenant_id: UUID, head: Head) -> None:
    """Remember ``head``, unless a later one is known already."""
    log.info("Audit chain of tenant %s: event %d, %s.", tenant_id, head.sequence, head.digest)
    path = _path(tenant_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = _parsed(file.read())
        if known is None or known.sequence < head.sequence:
            file.truncate(0)
            file.write(f"{head.sequence} {head.digest}\n")


def last_noted(tenant_id: UUID) -> Head | None:
    """Return the last head that this machine has seen; None if it has seen none."""
    try:
        return _parsed(_path(tenant_id).read_text())
    except FileNotFoundError:
        return None


def _path(tenant_id: UUID) -> Path:
    return conf.data_dir() / "audit-heads" / str(tenant_id)


def _parsed(text: str) -> Head | None:
    sequence, _, digest = text.strip().partition(" ")
    return Head(int(sequence), digest) if sequence.isdigit() else None
