"""What a backup holds, as lines of JSON: about it, each table, sealed segments, and the end.

An object begins a part; the arrays and texts after it are its rows, or the pieces of its file.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import BinaryField, DateField, Field, ForeignKey, UUIDField

from clients_app import data_files, derived_keys
from clients_app.audit import segments
from clients_app.models import AuditHead, AuditSegment, SigningKey, Tenant
from clients_app.services.backups import tables
from clients_app.services.backups.proof import Proof

FORMAT: Final = "security-clients-portal backup 1"
_PIECE: Final = 65_535  # bytes of a file in a line; divisible by three
_WRITTEN_AS_TEXT: Final = (BinaryField, DateField, UUIDField)

Part = dict[str, Any]


def about(alias: str, *, now: datetime) -> Part:
    """Return what the backup holds."""
    heads = AuditHead.objects.using(alias).in_bulk()
    names = Tenant.objects.using(alias).order_by("created_at").values_list("pk", "name")
    return {
        "format": FORMAT,
        "version": settings.VERSION,
        "database": connections[alias].vendor,
        "made_at": now,
        "under": derived_keys.current_key(derived_keys.BACKUPS).id,
        "migrations": migrations(alias),
        "signing_keys_under": sorted(_keys_of_signing_keys(alias)),
        "tenants": [_chain(tenant_id, name, heads.get(tenant_id)) for tenant_id, name in names],
        "segments": AuditSegment.objects.using(alias).count(),
    }


def migrations(alias: str) -> list[str]:
    """Return the migrations of the portal that made the tables, in their order."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def migrations_of_this_version() -> list[str]:
    """Return the migrations that make the tables of this version, as ``migrations``."""
    known = MigrationLoader(None).disk_migrations or {}
    return sorted(f"{app}.{name}" for app, name in known)


def lines_of_backup(alias: str, first: Part) -> Iterator[bytes]:
    """Yield the lines of a backup of the database as it is now, after ``first``, see ``about``.

    Errors: OSError where the file of a sealed segment cannot be read.
    """
    counts: dict[str, int] = {}
    proof = Proof(derived_keys.current_key(derived_keys.BACKUPS))
    yield from proof.over(_lines_before_end(alias, first, counts))
    yield _line({"end": True, "rows": counts, "proof": proof.text()})


def _lines_before_end(alias: str, first: Part, counts: dict[str, int]) -> Iterator[bytes]:
    yield _line(first)
    for table in tables.tables():
        label, number = table._meta.label, 0
        yield _line({"table": label, "last_id": tables.last_id(table, alias)})
        for number, row in enumerate(tables.rows_of(table, alias), 1):  # noqa: B007  the last one
            yield _line(row)
        counts[label] = number
    for segment in AuditSegment.objects.using(alias).order_by("tenant_id", "first_sequence"):
        path = segments.path_of(segment)
        yield _line({"segment": str(path.relative_to(_segments())), "sha256": segment.file_digest})
        yield from map(_line, _pieces(path))


def parts(lines: Iterable[bytes]) -> Iterator[tuple[Part, list[Any]]]:
    """Yield each part with its rows or pieces; one with many comes several times, as one object.

    Errors: ValueError where a line is no JSON.
    """
    part: Part | None = None
    batch: list[Any] = []
    for line in lines:
        value = json.loads(line)
        if isinstance(value, dict):
            if part is not None:
                yield part, batch
            part, batch = value, []
        else:
            batch.append(value)
        if part is not None and len(batch) == tables.BATCH:
            yield part, batch
            batch = []
    if part is not None:
        yield part, batch


def row_of(values: list[Any], table: tables.Table) -> tables.Row:
    """Return a row as the database of this process takes it."""
    columns = tables.columns_of(table)
    return tuple(_value(value, column) for value, column in zip(values, columns, strict=True))


def bytes_of(piece: str) -> bytes:
    """Return a piece of a file."""
    return b64decode(piece, validate=True)


def _value(value: Any, column: "Field[Any, Any]") -> Any:
    while isinstance(column, ForeignKey):  # it has the type of what it refers to
        column = column.target_field
    if value is not None and isinstance(column, _WRITTEN_AS_TEXT):
        return column.to_python(value)
    return value


def _line(value: Any) -> bytes:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return text.encode() + b"\n"


def _as_text(value: Any) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | memoryview():
            return b64encode(value).decode()
    raise TypeError(f"{type(value)} has no form in a backup.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _segments() -> Path:
    return Path(settings.DATA_DIR / data_files.AUDIT_SEGMENTS)


def _chain(tenant_id: UUID, name: str, head: AuditHead | None) -> Part:
    return {
        "id": tenant_id,
        "name": name,
        "sequence": head.sequence if head else 0,
        "digest": head.digest if head else "",
        "under": head.chain_key_id if head else "",
    }


def _keys_of_signing_keys(alias: str) -> set[str]:
    rows = SigningKey.objects.using(alias).exclude(state=SigningKey.State.REMOVED)
    return {
        derived_keys.encrypted_under(bytes(one))
        for one in rows.values_list("private_part", flat=True)
    }
