"""`--dry-run`: a command does everything in a transaction, says what it did, and undoes it.

Source: DEP-18.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from clients_app import audit
from clients_app.http import operation_ids
from clients_app.http.json_models import moment
from clients_app.models import AuditEvent
from clients_app.selectors.tenants import installation


def rehearsed(run: Callable[[], object]) -> list[AuditEvent]:
    """Return the events that ``run`` would record; all that it does is undone.

    Errors: those of ``run``.
    """
    with transaction.atomic():
        events = recorded_by(run)
        transaction.set_rollback(True)
    return events


def recorded_by(run: Callable[[], object]) -> list[AuditEvent]:
    """Return the events that ``run`` records."""
    newest = installation.last_event_id()
    run()
    return installation.events_of_operation(operation_ids.current(), after=newest)


def said_of(events: Iterable[AuditEvent], *, as_json: bool) -> str:
    """Return a sentence for each event and a line for each field, or each event as JSON."""
    lines = (json.dumps(_members(event)) for event in events) if as_json else _lines(events)
    return "\n".join(lines)


def _members(event: AuditEvent) -> dict[str, Any]:
    sealed = json.loads(event.canonical)
    return {
        "Action": event.action,
        "Sentence": audit.sentence(event),
        "Before": sealed["before"],
        "After": sealed["after"],
    }


def _lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    for event in events:
        yield f"- {audit.sentence(event)}"
        for change in audit.changes(event):
            before, after = _text(change.before), _text(change.after)
            yield f"    {change.label}: {f'{before} -> ' if before else ''}{after}".rstrip()


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return str(moment(value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
