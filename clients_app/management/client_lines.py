"""A client as `manage.py clients` prints it; times are in UTC."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from clients_app.http.json_models import client_json, moment
from clients_app.management.api_lines import may_call_values
from clients_app.management.credential_lines import identity_values, key_values
from clients_app.management.secret_lines import minute, secret_values
from clients_app.management.table import Table
from clients_app.models import Client
from clients_app.rules.client_fields import APPLICATION_URLS, Line
from clients_app.selectors.apis.may_call import reach_of
from clients_app.selectors.clients.models import ClientModel
from clients_app.selectors.credentials.identities import listed_identities
from clients_app.selectors.credentials.keys import listed_keys


def client_table(write: Callable[[str], object]) -> Table:
    """Return a table of clients; its rows are those of ``client_row``."""
    return Table(write, client_id=36, state=9, last_token=16, name=0)


def client_row(client: Client, *, now: datetime) -> tuple[object, ...]:
    return client.pk, _state(client, now), minute(client.last_token_at), client.name


def client_values(client: Client, *, now: datetime) -> dict[str, Any]:
    """Return a client as the REST API does, with what only the command line says."""
    return client_json(ClientModel.of(client)) | {
        "ClientType": client.client_type,
        "State": _state(client, now),
        "LastRefused": moment(client.last_refused_at),
    }


def shown_values(client: Client, secrets: Iterable[Any], *, now: datetime) -> dict[str, Any]:
    """Return ``client_values`` with the names of roles, what it may call, and its credentials."""
    return client_values(client, now=now) | {
        "Roles": _roles(client),
        "MayCall": may_call_values(client),
        "Owners": list(client.owners.order_by("username_key").values_list("username", flat=True)),
        "Secrets": [secret_values(one) for one in secrets],
        "PublicKeys": [key_values(one) for one in listed_keys(client, now=now)],
        "FederatedIdentities": [identity_values(one) for one in listed_identities(client, now=now)],
    }


def client_lines(client: Client, secrets: Iterable[Any], *, now: datetime) -> str:
    """Return a client with its roles and credentials, a line each."""
    lines = [
        f"Name:           {client.name}",
        f"Client Id:      {client.pk}",
        f"State:          {_state(client, now)}",
        f"Last token:     {minute(client.last_token_at)}",
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
    credentials = {
        "Secret": secrets,
        "Public key": listed_keys(client, now=now),
        "Federated identity": listed_identities(client, now=now),
    }
    for name, rows in credentials.items():
        for one in rows:
            used, end = minute(one.last_used_at), minute(one.expires_at)
            begin = f"{name} {one.pk}:"
            lines.append(f"{begin:<15} {one}, expires {end}, last used {used}")
    return "\n".join(lines)


def _shown(client: Client) -> list[Line]:
    return [line for line in APPLICATION_URLS if getattr(client, line.name)]


def _state(client: Client, now: datetime) -> str:
    return "removed" if client.removed_at else client.health(now).value


def _roles(client: Client) -> list[str]:
    return list(client.roles.order_by("name_key").values_list("name", flat=True))
