"""A client as a line of `manage.py clients list`."""

import json
from datetime import UTC, datetime

from clients_app.models import Client


def client_line(client: Client, *, now: datetime, as_json: bool) -> str:
    """Return id, state, last token and name of a client; times are in UTC."""
    state = "removed" if client.removed_at else client.health(now).value
    if as_json:
        values = {
            "client_id": str(client.pk),
            "name": client.name,
            "client_type": client.client_type,
            "state": state,
            "last_token_at": in_json(client.last_token_at),
            "last_refused_at": in_json(client.last_refused_at),
        }
        return json.dumps(values)
    used = client.last_token_at.astimezone(UTC) if client.last_token_at else None
    last = f"{used:%Y-%m-%d %H:%M}" if used else "never"
    return f"{client.pk}  {state:<9}  {last:<16}  {client.name}"


def in_json(moment: datetime | None) -> str | None:
    """Return a moment as JSON has it, such as "2027-12-31T10:15:00Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
