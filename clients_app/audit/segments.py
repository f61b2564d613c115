"""Sealed segments: old events in compressed files in DATA_DIR, one JSON object per line.

A line is `{"event":<canonical>,"digest":"...","key":"..."}`: the exact text that the digest seals,
so that the chain can be followed through the file as through the table.
"""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from clients_app import data_files, derived_keys
from clients_app.audit.rows import Row
from clients_app.models import AuditSegment

_DIGEST: Final = 64  # hexadecimal digits
_TAIL: Final = len(',"digest":"') + _DIGEST + len('","key":"') + 8 + len('"}\n')


def path_of(segment: AuditSegment) -> Path:
    """Return the path of the file of ``segment``."""
    name = f"{segment.first_sequence:012}-{segment.last_sequence:012}.jsonl.gz"
    return settings.DATA_DIR / data_files.AUDIT_SEGMENTS / str(segment.tenant_id) / name


def draft_of(segment: AuditSegment) -> Path:
    """Return where this process writes the file of ``segment`` until ``keep``."""
    path = path_of(segment)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{os.getpid()}")


def write(rows: Iterable[Row], draft: Path) -> Iterator[Row]:
    """Yield ``rows`` while writing them; after the last one the file is complete and on disk."""
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            for row in rows:
                _, _, digest, key_id, canonical, _ = row
                line = f'{{"event":{canonical},"digest":"{digest}","key":"{key_id}"}}\n'
                file.write(line.encode())
                yield row
        raw.flush()
        os.fsync(raw.fileno())


def keep(draft: Path, segment: AuditSegment) -> None:
    """Give the file its final name, on disk; call it in the transaction that deletes the events."""
    path = path_of(segment)
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def rows_of_file(segment: AuditSegment) -> Iterator[Row]:
    """Return the events of a segment.

    Errors: OSError, EOFError, zlib.error, ValueError where the file is missing or damaged.
    """
    sequence, previous = segment.first_sequence, segment.previous_digest
    with gzip.open(path_of(segment), "rt", encoding="utf-8", newline="\n") as file:
        for line in file:
            body, tail = line[:-_TAIL], line[-_TAIL:]
            digest = tail[11 : 11 + _DIGEST]
            yield sequence, previous, digest, tail[-11:-3], body.removeprefix('{"event":'), True
            sequence, previous = sequence + 1, digest


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mac_of(segment: AuditSegment) -> str | None:
    """Return the MAC over the head of a segment; None where its key is lost."""
    key = derived_keys.key_by_id(derived_keys.AUDIT_CHAIN, segment.key_id)
    if key is None:
        return None
    facts = (
        *("segment", segment.tenant_id, segment.first_sequence, segment.last_sequence),
        *(segment.previous_digest, segment.last_digest, segment.file_digest),
        segment.sealed_at.isoformat(),
    )
    return derived_keys.mac(key, *(str(fact).encode() for fact in facts)).hex()


def tenant_ids() -> set[UUID]:
    """Return the tenants that have files of sealed segments."""
    return data_files.named_by_ids(settings.DATA_DIR / data_files.AUDIT_SEGMENTS)


def segments_of(tenant_id: UUID) -> list[AuditSegment]:
    """Return the segments of a tenant, oldest first."""
    return list(AuditSegment.objects.filter(tenant_id=tenant_id).order_by("first_sequence"))
