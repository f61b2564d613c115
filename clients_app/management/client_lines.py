"""A client as `manage.py clients` prints it; times are in UTC."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from clients_app.models import Client
from clients_app.selectors.apis.may_call import reach_of


def client_line(client: Client, *, now: datetime, as_json: bool) -> str:
    """Return id, state, last token and name of a client; times are in UTC."""
    if as_json:
        return json.dumps(_values(client, now))
    last = _minute(client.last_token_at)
    return f"{client.pk}  {_state(client, now):<9}  {last:<16}  {client.name}"


def client_json(client: Client, secrets: Iterable[Any], *, now: datetime) -> str:
    """Return a client with its roles and secrets as one JSON object."""
    values = _values(client, now) | {
        "roles": _roles(client),
        "token_lifetime": client.token_lifetime_s,
        "may_call": {
            target.identifier: list(target.scopes) for target in reach_of(client).targets.values()
        },
        "secrets": [
            {
                "secret_id": one.pk,
                "description": one.description,
                "ends_in": one.last_four,
                "expires_at": in_json(one.expires_at),
                "last_used_at": in_json(one.last_used_at),
            }
            for one in secrets
        ],
    }
    return json.dumps(values)


def client_lines(client: Client, secrets: Iterable[Any], *, now: datetime) -> str:
    """Return a client with its roles and secrets, a line each."""
    lines = [
        f"Name:           {client.name}",
        f"Client Id:      {client.pk}",
        f"State:          {_state(client, now)}",
        f"Last token:     {_minute(client.last_token_at)}",
        f"Roles:          {', '.join(_roles(client)) or 'none'}",
        f"Token Lifetime: {client.token_lifetime_s} seconds",
    ]
    for target in reach_of(client).targets.values():
        lines.append(f"May call:       {target.identifier} {' '.join(target.scopes)}".rstrip())
    for one in secrets:
        used, end = _minute(one.last_used_at), _minute(one.expires_at)
        lines.append(f"Secret {one.pk}:       {one}, expires {end}, last used {used}")
    return "\n".join(lines)


def _values(client: Client, now: datetime) -> dict[str, Any]:
    return {
        "client_id": str(client.pk),
        "name": client.name,
        "client_type": client.client_type,
        "state": _state(client, now),
        "last_token_at": in_json(client.last_token_at),
        "last_refused_at": in_json(client.last_refused_at),
    }


def _state(client: Client, now: datetime) -> str:
    return "removed" if client.removed_at else client.health(now).value


def _roles(client: Client) -> list[str]:
    return list(client.roles.order_by("name_key").values_list("name", flat=True))


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else "never"


def in_json(moment: datetime | None) -> str | None:
    """Return a moment as JSON has it, such as "2027-12-31T10:15:00Z"."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
