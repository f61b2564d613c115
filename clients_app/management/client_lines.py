"""A client as `manage.py clients` prints it; times are in UTC."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from clients_app import conf
from clients_app.management.secret_options import in_words
from clients_app.models import Client, ClientSecret
from clients_app.rules.client_fields import APPLICATION_URLS, Line
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
        **_application(client),
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
    for kind in client.type.url_kinds:
        urls = client.urls.filter(kind=kind.id).values_list("url", flat=True)
        lines += [f"{kind.label}: {url}" for url in urls]
    lines += [f"{line.label}: {getattr(client, line.name)}" for line in _shown(client)]
    if client.skips_consent:
        lines.append("First-party application")
    for target in reach_of(client).targets.values():
        lines.append(f"May call:       {target.identifier} {' '.join(target.scopes)}".rstrip())
    for one in secrets:
        used, end = _minute(one.last_used_at), _minute(one.expires_at)
        lines.append(f"Secret {one.pk}:       {one}, expires {end}, last used {used}")
    return "\n".join(lines)


def created_lines(client: Client, secret: ClientSecret | None, plain: str, *, as_json: bool) -> str:
    """Return what a program needs of a client with a new secret, or with none."""
    endpoint, has_secret = f"{conf.issuer()}/connect/token", secret is not None
    expires_at = secret.expires_at if secret else None
    if as_json:
        values = {
            "client_id": str(client.pk),
            **({"client_secret": plain} if has_secret else {}),
            "token_endpoint": endpoint,
            **({"expires_at": in_json(expires_at)} if has_secret else {}),
        }
        return json.dumps(values)
    if not has_secret:
        return f"Client Id:      {client.pk}\nIssuer:         {conf.issuer()}"
    return (
        f"Client Id:      {client.pk}\n"
        f"Client Secret:  {plain}\n"
        f"Expires:        {in_words(expires_at)}\n"
        f"Token endpoint: {endpoint}\n"
        "Save the Client Secret now: it cannot be shown again."
    )


def _shown(client: Client) -> list[Line]:
    return [line for line in APPLICATION_URLS if getattr(client, line.name)]


def _application(client: Client) -> dict[str, Any]:
    """Return what only clients have that sign people in."""
    if not client.type.signs_people_in:
        return {}
    urls = list(client.urls.values_list("kind", "url"))
    return {
        **{kind.path: [url for of, url in urls if of == kind.id] for kind in client.type.url_kinds},
        **{line.name: getattr(client, line.name) for line in APPLICATION_URLS},
        "allow_refresh_token": client.allow_refresh_token,
        "first_party": client.skips_consent,
    }


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
