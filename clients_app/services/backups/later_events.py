"""What happened after a backup, as far as it is known outside the database.

That there were events, the heads in DATA_DIR tell; what they were, the file of AUDIT_STREAM, sealed
segments in DATA_DIR, and files that the operator got from a collector or from `activity export`.
"""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings

from clients_app import data_files
from clients_app.audit import head_files
from clients_app.audit.kinds import Kind, actions_of
from clients_app.errors import PortalError

Heads = dict[UUID, tuple[int, str]]  # number and digest of the last event of each tenant


class LaterEvent(NamedTuple):
    """An event that a restored database does not have."""

    tenant_id: UUID
    sequence: int
    action: str
    client_id: str
    object_id: str
    name: str
    members: dict[str, Any]  # all that is known


class Later(NamedTuple):
    """The events after a backup: the known ones, and how many there were at least, by tenant."""

    known: list[LaterEvent]
    last: dict[UUID, int]  # the number of the last event of which there is a trace

    def unknown(self, heads: Heads) -> dict[UUID, int]:
        """Return how many events of each tenant happened after ``heads`` and are not known."""
        known = Counter(tenant_id for tenant_id, _ in {event[:2] for event in self.known})
        left = {
            tenant_id: last - heads.get(tenant_id, (0, ""))[0] - known[tenant_id]
            for tenant_id, last in self.last.items()
        }
        return {tenant_id: number for tenant_id, number in left.items() if number > 0}


def later_events(heads: Heads, files: Iterable[Path]) -> Later:
    """Return what happened after ``heads``; ``files`` have events as lines of JSON.

    Errors: PortalError where one of ``files`` cannot be read.
    """
    found: dict[tuple[UUID, int, str], LaterEvent] = {}  # a number may come again after a restore
    for members in _members(files):
        event = _event(members)
        if event and event.sequence > heads.get(event.tenant_id, (0, ""))[0]:
            found[event.tenant_id, event.sequence, str(members.get("at"))] = event
    last: dict[UUID, int] = {}
    noted = {tenant_id: max(head_files.noted(tenant_id), default=0) for tenant_id in _noted()}
    for tenant_id, number in [*noted.items(), *(one[:2] for one in found)]:
        if number > heads.get(tenant_id, (0, ""))[0]:
            last[tenant_id] = max(number, last.get(tenant_id, 0))
    return Later(
        sorted(found.values(), key=lambda one: (one[:2], str(one.members.get("at")))), last
    )


def is_change(event: LaterEvent) -> bool:
    """Return whether the event changed something that a restore undoes."""
    return event.members.get("outcome") == "done" and event.action in _CHANGES


_CHANGES: Final = frozenset(actions_of(Kind.CHANGES)) - {
    *("activity.sealed", "activity.exported", "clients.exported", "client.consent.given"),
    *("installation.restored", "installation.closed", "installation.opened"),
}


def _noted() -> set[UUID]:
    return head_files.tenant_ids()


def _members(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    stream = Path(settings.AUDIT_STREAM)
    own = [stream] if stream.is_absolute() and stream.is_file() else []
    for path in [*own, *files]:
        try:
            with path.open("rb") as file:
                yield from filter(None, map(_parsed, file))
        except OSError as error:
            sentence = "%(path)s cannot be read (%(reason)s). Nothing was changed."
            raise PortalError(sentence, path=path, reason=error.strerror) from error
    folder = Path(settings.DATA_DIR) / data_files.AUDIT_SEGMENTS
    for path in sorted(folder.glob("*/*.jsonl.gz")):
        yield from _of_segment(path)


def _of_segment(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                yield (_parsed(line) or {}).get("event") or {}
    except (OSError, EOFError, zlib.error):
        return  # `activity verify` reports it, if it belongs to the chain


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return the members of a line; None for one that was cut off, or is something else."""
    try:
        members = json.loads(line)
    except ValueError:
        return None
    return members if isinstance(members, dict) else None


def _event(members: dict[str, Any]) -> LaterEvent | None:
    try:
        return LaterEvent(
            tenant_id=UUID(members["tenant_id"]),
            sequence=int(members["sequence"]),
            action=str(members["action"]),
            client_id=str(members["client_id"] or ""),
            object_id=str(members["object_id"]),
            name=str(members["object_name"]),
            members=members,
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        return None
