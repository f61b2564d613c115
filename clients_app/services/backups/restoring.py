"""Puts a backup into an empty database, and ends what the portal cannot know any more (AVA-7).

Tokens that were revoked, codes and refresh tokens that were used, sessions that were ended and
links that were opened after the backup would all be good again. So whatever was issued before the
restore ends with it: machines request new tokens, and people sign in.
"""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from clients_app import audit, data_files
from clients_app.actors import INSTALLATION, Actor
from clients_app.audit import head_files, segments, stream
from clients_app.errors import PortalError
from clients_app.models import Client, Person, Session, SigningKey, Tenant
from clients_app.services.backups import contents, tables
from clients_app.services.backups.later_events import Heads, Later
from clients_app.services.backups.reading import Backup
from clients_app.services.backups.snapshots import lift_limits
from clients_app.services.signing_keys.rotation import revoke_keys

_KEYS_OUT = {"key.retired", "key.removed", "key.revoked"}


class Restored(NamedTuple):
    """What a restore did."""

    rows: dict[str, int]  # by table
    keys_out: list[str]  # kids that were retired, removed or revoked after the backup
    faults: dict[UUID, audit.Fault | None]  # of each tenant's chain
    heads_kept_in: Path | None  # those of the events that are not in the backup


def restore(
    backup: Backup, later: Later, *, actor_in: Callable[[UUID], Actor], now: datetime
) -> Restored:
    """Fill the database, which has empty tables of this version, or change nothing.

    Files of sealed events that DATA_DIR lacks are written, too.
    Errors: PortalError.
    """
    heads = backup.heads()
    with transaction.atomic():
        lift_limits(connection)
        tables.refuse_rows()
        rows = _fill(backup)
        # before the heads of the events that follow are noted
        transaction.on_commit(partial(_begin_heads_at, heads, now=now))
        _end_what_was_issued(now)
        keys_out = _keep_keys_out(later, actor=actor_in(INSTALLATION), now=now)
        for tenant in Tenant.objects.order_by("created_at", "pk"):
            after = {"backup_of": backup.made_at, **_missing(tenant.pk, heads, later)}
            actor = actor_in(tenant.pk)
            audit.record("installation.restored", tenant, actor=actor, now=now, after=after)
    faults = {tenant_id: audit.first_fault(tenant_id) for tenant_id in heads}
    kept_in = _former_heads(now)
    return Restored(rows, keys_out, faults, kept_in if kept_in.exists() else None)


def _begin_heads_at(heads: Heads, *, now: datetime) -> None:
    """Let DATA_DIR and the collector go on from ``heads``, and keep what DATA_DIR knew.

    Otherwise the chains would be missing the events after the backup, for good.
    """
    folder = Path(settings.DATA_DIR) / data_files.AUDIT_HEADS
    if folder.exists():
        folder.rename(_former_heads(now))
    for tenant_id, (sequence, digest) in heads.items():
        head_files.add(tenant_id, sequence, digest)
    stream.go_on_from({tenant_id: sequence for tenant_id, (sequence, _) in heads.items()})


def _former_heads(now: datetime) -> Path:
    name = f"{data_files.AUDIT_HEADS}-before-{now:%Y%m%dT%H%M%S}"
    return Path(settings.DATA_DIR) / name


def _fill(backup: Backup) -> dict[str, int]:
    counts: dict[str, int] = {}
    current: contents.Part = {}
    draft = _SegmentFile()
    for part, batch in backup.parts():
        is_new, current = part is not current, part
        if "table" in part:
            table = tables.table_named(part["table"])
            if is_new:
                tables.empty(table)
                counts[table._meta.db_table] = 0
            tables.add_rows(table, [contents.row_of(row, table) for row in batch])
            tables.continue_after(table, part["last_id"])
            counts[table._meta.db_table] += len(batch)
        elif "segment" in part:
            if is_new:
                draft.begin(part)
            draft.write(batch)
    draft.end()
    for table in tables.tables():
        number = table._base_manager.count()
        if number != counts.get(table._meta.db_table):
            sentence = "The table %(table)s has %(number)s rows after the restore. Report this."
            raise PortalError(sentence, table=table._meta.db_table, number=number)
    return counts


class _SegmentFile:
    """Writes the files of sealed events that DATA_DIR lacks, one after the other."""

    _path: Path | None = None
    _sha256 = ""

    def begin(self, part: contents.Part) -> None:
        """End the file before, and begin one."""
        self.end()
        folder = Path(settings.DATA_DIR) / data_files.AUDIT_SEGMENTS
        tenant_id, name = Path(part["segment"]).parts
        path = folder / str(UUID(tenant_id)) / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and segments.file_digest(path) == part["sha256"]:
            return
        self._path, self._sha256 = path, part["sha256"]
        self._draft().unlink(missing_ok=True)

    def write(self, pieces: list[str]) -> None:
        """Add pieces to the file."""
        if self._path is None:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        with os.fdopen(os.open(self._draft(), flags, 0o600), "ab") as file:
            file.writelines(map(contents.bytes_of, pieces))
            file.flush()
            os.fsync(file.fileno())

    def end(self) -> None:
        """Put the file in its place."""
        if self._path is not None:
            self._draft().replace(self._path)
        self._path = None

    def _draft(self) -> Path:
        assert self._path is not None  # noqa: S101  narrows the type
        return self._path.with_name(f"{self._path.name}.restored")


def _end_what_was_issued(now: datetime) -> None:
    """End all tokens, sessions, codes, refresh tokens and one-time links."""
    Client.objects.update(tokens_not_before=now)
    Person.objects.update(access_version=F("access_version") + 1)
    Session.objects.all().delete()


def _keep_keys_out(later: Later, *, actor: Actor, now: datetime) -> list[str]:
    """Revoke the keys that were retired, removed or revoked after the backup."""
    out = {event.name for event in later.known if event.action in _KEYS_OUT}
    present = SigningKey.objects.exclude(state=SigningKey.State.REMOVED)
    kids = list(present.filter(kid__in=out).order_by("created_at").values_list("kid", flat=True))
    if kids:
        revoke_keys(kids, actor=actor, now=now)
    return kids


def _missing(tenant_id: UUID, heads: Heads, later: Later) -> dict[str, Any]:
    """Return the numbers of the events that happened after the backup, for the chain."""
    if last := later.last.get(tenant_id):
        return {"missing": f"{heads[tenant_id][0] + 1}-{last}"}
    return {}
