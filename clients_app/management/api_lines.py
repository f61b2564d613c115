"""An API as `manage.py apis` prints it."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from clients_app.models import Api, Client
from clients_app.selectors.apis.apis import callers_of
from clients_app.services.apis.unused import Preview

_NAMED_MAX: Final = 50  # clients; an API may have 50,000


def api_line(api: Any) -> str:
    """Return id, name, Identifier and number of clients of an API with its counts."""
    return f"{api.pk}  {api.name}  {api.identifier}  clients: {api.client_count}"


def api_json(api: Any) -> str:
    """Return an API with its counts as one JSON object."""
    values = {
        "api_id": str(api.pk),
        "name": api.name,
        "identifier": api.identifier,
        "description": api.description,
        "scopes": list(api.scope_names()),
        "clients": api.client_count,
        "tokens_30_days": api.tokens_30_days,
    }
    return json.dumps(values)


def api_lines(api: Api) -> str:
    """Return an API with its scopes and clients, a line each."""
    lines = [
        f"Name:        {api.name}",
        f"Id:          {api.pk}",
        f"Identifier:  {api.identifier}",
        f"Description: {api.description or 'none'}",
    ]
    descriptions = {scope.name: scope.description for scope in api.scopes.all()}
    for name in api.scope_names():
        lines.append(f"Scope:       {name} {descriptions.get(name, '')}".rstrip())
    lines.append(f"Clients:     {names_of(callers_of(api)) or 'none'}")
    may_ask = names_of(api.introspectors.order_by("name_key"))
    lines.append(f"May ask about its tokens: {may_ask or 'none'}")
    return "\n".join(lines)


def losses_lines(preview: Preview) -> str:
    """Return what a client would lose, and what that would have refused."""
    lines = [
        f"{target.identifier}: {'all of it' if is_whole else ' '.join(scopes)}"
        for target, is_whole, scopes in preview.losses
    ]
    refused = sum(request.tokens for request in preview.effect.refused)
    if lines:
        lines.append(f"Requests of the last 90 days that would have been refused: {refused}.")
    return "\n".join(lines) or "It asked for all that it may call in the last 90 days."


def names_of(clients: Iterable[Client]) -> str:
    """Return the names and ids of clients, of the first 50."""
    named = [f"{client.name} ({client.pk})" for client in islice(clients, _NAMED_MAX + 1)]
    if len(named) > _NAMED_MAX:
        named[-1] = "and others"
    return ", ".join(named)
