"""An audit event for other programs: JSON on one line, for exports and for collectors."""

import json
from typing import Any

from clients_app.audit.sentences import sentence
from clients_app.models import AuditEvent


def members_of(event: AuditEvent) -> dict[str, Any]:
    """Return what was sealed of an event, its sentence, and the digest that seals it."""
    return {**json.loads(event.canonical), "sentence": sentence(event), "digest": event.digest}


def json_line(members: dict[str, Any]) -> str:
    """Return ``members`` as JSON in plain ASCII, with the end of the line."""
    return json.dumps(members, separators=(",", ":")) + "\n"
