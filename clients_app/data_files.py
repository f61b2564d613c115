"""Every path below DATA_DIR, each as a function of that folder.

Beside the database file SQLite keeps ``-wal`` and ``-shm``, and the queue of writers ``-next`` and
``-turn`` (``portal/storage/sqlite3``).
"""

from pathlib import Path
from uuid import UUID


def database(data_dir: Path) -> Path:
    """Return the database, where DATABASE_URL names no other."""
    return data_dir / "portal.sqlite3"


def short_lived(data_dir: Path) -> Path:
    """Return the database of ``models/short_lived``; rename it when their columns change."""
    return data_dir / "short-lived.sqlite3"


def secret_key(data_dir: Path) -> Path:
    """Return the file of the SECRET_KEY that the first start made."""
    return data_dir / "secret_key"


def static_root(data_dir: Path) -> Path:
    """Return the folder of the collected static files."""
    return data_dir / "static"


def static_fingerprint(data_dir: Path) -> Path:
    """Return the file that says which static files were collected."""
    return data_dir / "static.fingerprint"


def start_lock(data_dir: Path) -> Path:
    """Return the lock by which processes that start at once prepare one after the other."""
    return data_dir / "start.lock"


def audit_heads(data_dir: Path) -> Path:
    """Return the folder with one file for the head of each tenant's audit chain."""
    return data_dir / "audit-heads"


def audit_segments(data_dir: Path, tenant_id: UUID) -> Path:
    """Return the folder of a tenant's sealed audit events."""
    return data_dir / "audit-segments" / str(tenant_id)


def audit_stream_lock(data_dir: Path) -> Path:
    """Return the lock by which processes write whole lines to AUDIT_STREAM."""
    return data_dir / "audit-stream.lock"
