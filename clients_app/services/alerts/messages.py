"""What a message says about an alert."""

from datetime import UTC
from typing import Any

from clients_app.models import Alert


def as_json(alert: Alert) -> dict[str, Any]:
    """Return the alert as webhooks get it: no text of a secret, nothing that helps guess it."""
    secret, began = alert.secret, alert.begun_at.astimezone(UTC).isoformat()
    return {
        "kind": alert.kind,
        "client_id": str(alert.client_id),
        "client": alert.client.name,
        "since": began,
        "cause": alert.cause or None,
        "address": alert.address,
        "usual_gap_s": alert.usual_gap_s,
        "secret": secret
        and {
            "secret_id": secret.pk,
            "description": secret.description,
            "ends_in": secret.last_four,
        },
    }
