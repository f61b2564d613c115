"""Export of Activity: an event of its own, then all matching rows, a piece in memory at a time."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor, ActorKind
from clients_app.models import AuditEvent, Client, Tenant, TokenRefusal
from clients_app.permissions import Action, require
from clients_app.selectors.activity.events import TOP, Row, all_activity
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.services.exports import BYTE_ORDER_MARK, guarded, in_its_place

_PIECE: Final = 500  # rows
_COLUMNS: Final = (
    *("Time", "Event", "Outcome", "Client", "Client Id", "By", "Address"),
    *("Before", "After", "Action", "Number", "Operation Id"),
)


class Format(NamedTuple):
    content_type: str
    piece: Callable[[list[Row]], str]
    head: str = ""


def export_activity(
    wanted: ActivityFilter, chosen: str, *, query: str, actor: Actor, now: datetime
) -> Iterator[str]:
    """Record that ``actor`` exports what ``query`` selects, and return it as text in pieces.

    ``chosen`` is one of FORMATS. Later events are not part of it. Close it if you do not read it to
    the end: no other export can start before.
    Errors: Forbidden; TooManyExports.
    """
    require(actor, Action.EXPORT_ACTIVITY)

    def begin() -> Iterator[str]:
        with transaction.atomic():
            tenant = Tenant.objects.get(pk=actor.tenant_id)
            after = {"format": chosen, "filter": query}
            own = audit.record("activity.exported", tenant, actor=actor, now=now, after=after)
        return _pieces(wanted, chosen, below=own.sequence)

    return in_its_place(begin)


def _pieces(wanted: ActivityFilter, chosen: str, *, below: int) -> Iterator[str]:
    rows = all_activity(wanted, TOP._replace(sequence=below))
    yield FORMATS[chosen].head
    while piece := list(islice(rows, _PIECE)):
        yield FORMATS[chosen].piece(piece)


def _json_lines(rows: list[Row]) -> str:
    return "".join(audit.json_line(members_of(row)) for row in rows)


def members_of(row: Row) -> dict[str, Any]:
    """Return an event, or a group of refused token requests, as JSON has it."""
    return audit.members_of(row) if isinstance(row, AuditEvent) else _members_of_refusals(row)


def _members_of_refusals(group: TokenRefusal) -> dict[str, Any]:
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
        "key_id": group.key_id,
        "identity_id": group.identity_id,
    }


def _csv(rows: list[Row]) -> str:
    clients = Client.objects.in_bulk({row.client_id for row in rows if row.client_id})
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for row in rows:
        cells = _event_cells(row) if isinstance(row, AuditEvent) else _group_cells(row)
        if row.client_id in clients:
            cells["Client"] = clients[row.client_id].name
        writer.writerow(guarded(cells.get(column, "")) for column in _COLUMNS)
    return text.getvalue()


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
    ending = f", {group.proof}" if group.proof else ending
    return {
        "Time": _moment(group.last_at),
        "Event": f"{group.sentence}{ending}",
        "Outcome": "refused",
        "Client Id": str(group.client_id),
        "By": "the client",
        "Address": group.last_address or "",
        "Action": "token.refused",
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


FORMATS: Final = {  # by the extension of the file
    "csv": Format("text/csv; charset=utf-8", _csv, BYTE_ORDER_MARK + ",".join(_COLUMNS) + "\r\n"),
    "jsonl": Format("application/jsonl", _json_lines),
}
