"""A row of Activity as `manage.py activity` prints it; times are in UTC."""

from clients_app import audit
from clients_app.management.dry_run import said_of
from clients_app.management.secret_lines import minute
from clients_app.models import AuditEvent, TokenRefusal


def activity_row(row: AuditEvent | TokenRefusal) -> tuple[object, ...]:
    """Return when it was, its number, who did it, and a sentence."""
    if isinstance(row, AuditEvent):
        return minute(row.at), row.sequence, row.actor_name or row.actor_kind, audit.sentence(row)
    return minute(row.last_at), "", "the client", row.sentence


def event_lines(event: AuditEvent) -> str:
    """Return an event with each field that changed, a line each."""
    lines = [
        f"Number:       {event.sequence}",
        f"Time:         {minute(event.at)}",
        f"By:           {event.actor_name or event.actor_kind} {event.address or ''}".rstrip(),
        f"Action:       {event.action}, {event.outcome}",
        f"Operation Id: {event.operation_id or 'none'}",
        said_of([event], as_json=False),
    ]
    return "\n".join(lines)
