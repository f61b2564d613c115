"""Every path in DATA_DIR, relative to it.

Next to the database file SQLite keeps ``-wal`` and ``-shm``, and the queue of writers ``-next`` and
``-turn`` (``portal/storage/sqlite3``).
"""

import contextlib
from pathlib import Path
from typing import Final
from uuid import UUID

DATABASE: Final = Path("portal.sqlite3")  # where DATABASE_URL names no other
SHORT_LIVED: Final = Path("short-lived.sqlite3")  # rename it when its columns change
SECRET_KEY: Final = Path("secret_key")  # created by the first start
STATIC_ROOT: Final = Path("static")  # the collected static files
STATIC_FINGERPRINT: Final = Path("static.fingerprint")  # which static files were collected
SERVED_URL: Final = Path("served_url")  # the public origin of the server that was started last
START_LOCK: Final = Path("start.lock")  # held by a process that prepares, so that others wait
METRICS: Final = Path("metrics")  # what each process of the server has counted
AUDIT_HEADS: Final = Path("audit-heads")  # one file for the head of each tenant's audit chain
AUDIT_SEGMENTS: Final = Path("audit-segments")  # a folder of sealed audit events for each tenant
AUDIT_STREAM_LOCK: Final = Path("audit-stream.lock")  # held while a line goes to AUDIT_STREAM
AUDIT_STREAM_SENT: Final = Path("audit-stream.json")  # the last event of each chain that went there


def named_by_ids(folder: Path) -> set[UUID]:
    """Return the ids after which files or folders in ``folder`` are named; it may be missing."""
    found = set()
    for path in folder.iterdir() if folder.is_dir() else ():
        with contextlib.suppress(ValueError):
            found.add(UUID(path.name))
    return found
