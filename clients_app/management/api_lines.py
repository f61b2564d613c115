"""An API as `manage.py apis` prints it."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from clients_app.http.json_models import api_json, may_call_json
from clients_app.management.table import fact_lines
from clients_app.models import Api, Client
from clients_app.selectors.apis.apis import callers_of
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.apis.unused import Preview

_NAMED_MAX: Final = 50  # clients; an API may have 50,000


def api_cells(api: Any) -> tuple[object, ...]:
    """Return an API as a row of a table: id, number of clients, Identifier, name."""
    return api.pk, api.client_count, api.identifier, api.name


def api_values(api: Any) -> dict[str, Any]:
    """Return an API with its counts as the REST API does, with those counts."""
    return api_json(api) | {"Clients": api.client_count, "Tokens30Days": api.tokens_30_days}


def shown_values(api: Api) -> dict[str, Any]:
    """Return an API as the REST API does, with the ids of clients that may ask about its tokens."""
    ids = [str(pk) for pk in api.introspectors.order_by("name_key").values_list("pk", flat=True)]
    return api_json(api) | {"Clients": callers_of(api).count(), "Introspectors": ids}


def api_lines(api: Api) -> str:
    """Return an API with its scopes and clients, a line each."""
    descriptions = {scope.name: scope.description for scope in api.scopes.all()}
    facts = [
        ("Name", api.name),
        ("Id", api.pk),
        ("Identifier", api.identifier),
        ("Description", api.description or "none"),
        *(("Scope", f"{name} {descriptions.get(name, '')}") for name in api.scope_names()),
        ("Clients", names_of(callers_of(api)) or "none"),
    ]
    may_ask = names_of(api.introspectors.order_by("name_key"))
    return f"{fact_lines(facts)}\nMay ask about its tokens: {may_ask or 'none'}"


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


def losses_values(preview: Preview) -> list[dict[str, Any]]:
    """Return what a client would lose of each API; "Whole": it may no longer call it at all."""
    return [
        may_call_json(loss.target) | {"Scopes": list(loss.scopes), "Whole": loss.is_whole}
        for loss in preview.losses
    ]


def may_call_values(client: Client) -> list[dict[str, Any]]:
    """Return what a client may call, as the REST API does."""
    return [may_call_json(target) for target in reach_of(client).targets.values()]


def names_of(clients: Iterable[Client]) -> str:
    """Return the names and ids of clients, of the first 50."""
    named = [f"{client.name} ({client.pk})" for client in islice(clients, _NAMED_MAX + 1)]
    if len(named) > _NAMED_MAX:
        named[-1] = "and others"
    return ", ".join(named)
