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


def rehearse(run: Callable[[], None], *, as_json: bool) -> str:
    """Return the events that ``run`` would record; all that it does is undone.

    As JSON, each event is a line. Errors: those of ``run``.
    """
    with transaction.atomic():
        run()
        events = _recorded()
        transaction.set_rollback(True)
    if as_json:
        return "\n".join(json.dumps(_members(event)) for event in events)
    return "\n".join(_lines(events)) if events else "Nothing would change."


def _recorded() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(operation_id=operation_ids.current()).order_by("pk"))


def _members(event: AuditEvent) -> dict[str, Any]:
    sealed = json.loads(event.canonical)
    return {
        "Action": event.action,
        "Sentence": audit.sentence(event),
        "Before": sealed["before"],
        "After": sealed["after"],
    }


def _lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    yield "Nothing was changed. The command would record:"
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
