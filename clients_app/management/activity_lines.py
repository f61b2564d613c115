"""A row of Activity as `manage.py activity` prints it; times are in UTC."""

from clients_app import audit
from clients_app.management.secret_lines import minute
from clients_app.models import AuditEvent, TokenRefusal


def activity_row(row: AuditEvent | TokenRefusal) -> tuple[object, ...]:
    """Return when it was, who did it, and a sentence."""
    if isinstance(row, AuditEvent):
        return minute(row.at), row.actor_name or row.actor_kind, audit.sentence(row)
    cause = row.get_cause_display()
    return minute(row.last_at), "the client", f"{row.requests} token requests refused: {cause}"
