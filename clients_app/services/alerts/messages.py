"""What a message says about an alert."""

from datetime import UTC, datetime
from typing import Any

from clients_app.models import Alert
from clients_app.services.notices.messages import named


def as_json(alert: Alert, *, ended_at: datetime | None = None) -> dict[str, Any]:
    """Return the alert as webhooks get it: no text of a secret, nothing that helps guess it.

    It has ``ended`` if the client is well again.
    """
    began = alert.begun_at.astimezone(UTC).isoformat()
    ended = {"ended": ended_at.astimezone(UTC).isoformat()} if ended_at else {}
    return ended | {
        "kind": alert.kind,
        "client_id": str(alert.client_id),
        "client": alert.client.name,
        "since": began,
        "cause": alert.cause or None,
        "address": alert.address,
        "usual_gap_s": alert.usual_gap_s,
        "secret": alert.secret and named(alert.secret),
        "key": alert.key and named(alert.key),
    }
