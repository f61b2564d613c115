"""Export of Activity: an event of its own, then all rows that fit, a piece in memory at a time.

While it is sent, as slowly as its reader likes, it has one of the two threads of its process. The
other is for everybody else, tokens above all: so there is one export at a time (AVA-12).
"""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.errors import PortalError, gettext_noop
from clients_app.models import AuditEvent, Client, Tenant, TokenRefusal
from clients_app.permissions import Action, require
from clients_app.selectors.activity.events import TOP, Row, all_activity
from clients_app.selectors.activity.filters import ActivityFilter

_PIECE: Final = 500  # rows
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS: Final = (
    *("Time", "Event", "Outcome", "Client", "Client Id", "By", "Address"),
    *("Before", "After", "Action", "Number", "Operation Id"),
)

_place: Final = threading.Semaphore()


class TooManyExports(PortalError):
    """This process sends another one."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("Another export is on its way. Try again when it has ended."))


class Format(NamedTuple):
    content_type: str
    ending: str
    piece: Callable[[list[Row]], str]
    head: str = ""


def export_activity(
    wanted: ActivityFilter, chosen: str, *, query: str, actor: Actor, now: datetime
) -> Iterator[str]:
    """Record that ``actor`` takes out what ``query`` asks for, and return it as text in pieces.

    ``chosen`` is one of FORMATS. What is done meanwhile is not part of it. Close it, if it is not
    read to its end: until then no other one begins.
    Errors: Forbidden; TooManyExports.
    """
    require(actor, Action.EXPORT_ACTIVITY)
    if not _place.acquire(blocking=False):
        raise TooManyExports
    try:
        with transaction.atomic():
            tenant = Tenant.objects.get(pk=actor.tenant_id)
            after = {"format": chosen, "filter": query}
            own = audit.record("activity.exported", tenant, actor=actor, now=now, after=after)
    except BaseException:
        _place.release()
        raise
    pieces = _pieces(wanted, chosen, below=own.sequence)
    next(pieces)  # from here on its end gives the place back
    return pieces


def _pieces(wanted: ActivityFilter, chosen: str, *, below: int) -> Iterator[str]:
    try:
        rows = all_activity(wanted, TOP._replace(sequence=below))
        yield ""
        yield FORMATS[chosen].head
        while piece := list(islice(rows, _PIECE)):
            yield FORMATS[chosen].piece(piece)
    finally:
        _place.release()


def guarded(cell: str) -> str:
    """Return ``cell`` so that no spreadsheet takes it for a formula (CLI-6)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _json_lines(rows: list[Row]) -> str:
    return "".join(
        audit.json_line(
            audit.members_of(row) if isinstance(row, AuditEvent) else _members_of_group(row)
        )
        for row in rows
    )


def _members_of_group(group: TokenRefusal) -> dict[str, Any]:
    return {
        "action": "token.refused",
        "outcome": "refused",
        "client_id": str(group.client_id),
        "cause": group.cause,
        "requests": group.requests,
        "first_at": group.first_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "at": group.last_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "address": group.last_address,
        "ends_in": group.secret.last_four if group.secret else None,
    }


def _csv(rows: list[Row]) -> str:
    names = _client_names(rows)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        cells = _event_cells(row) if isinstance(row, AuditEvent) else _group_cells(row)
        cells["Client"] = names.get(row.client_id, "") if row.client_id else ""
        writer.writerow(guarded(cells.get(column, "")) for column in _COLUMNS)
    return text.getvalue()


def _client_names(rows: list[Row]) -> dict[UUID, str]:
    ids = {row.client_id for row in rows if row.client_id}
    return dict(Client.objects.filter(pk__in=ids).values_list("pk", "name"))


def _event_cells(event: AuditEvent) -> dict[str, str]:
    sealed = json.loads(event.canonical)
    by_api = event.actor_kind == ActorKind.CLIENT
    return {
        "Time": _moment(event.at),
        "Event": audit.sentence(event),
        "Outcome": event.outcome,
        "Client Id": str(event.client_id or ""),
        "By": f"API: {event.actor_name}" if by_api else event.actor_name or event.actor_kind,
        "Address": event.address,
        "Before": json.dumps(sealed["before"], ensure_ascii=False) if sealed["before"] else "",
        "After": json.dumps(sealed["after"], ensure_ascii=False) if sealed["after"] else "",
        "Action": event.action,
        "Number": str(event.sequence),
        "Operation Id": event.operation_id,
    }


def _group_cells(group: TokenRefusal) -> dict[str, str]:
    ending = f", ends in …{group.secret.last_four}" if group.secret else ""
    return {
        "Time": _moment(group.last_at),
        "Event": f"{group.requests} token requests refused: {group.get_cause_display()}{ending}",
        "Outcome": "refused",
        "Client Id": str(group.client_id),
        "By": "the client",
        "Address": group.last_address or "",
        "Action": "token.refused",
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


#: a mark before the first cell tells spreadsheets that the text is UTF-8
FORMATS: Final = {
    "csv": Format("text/csv; charset=utf-8", "csv", _csv, "\ufeff" + ",".join(_COLUMNS) + "\r\n"),
    "jsonl": Format("application/jsonl", "jsonl", _json_lines),
}
