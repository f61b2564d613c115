"""The rows that the entries of a file are about, read in pieces of constant size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from clients_app.models import Client, ClientKey, FederatedIdentity, MayCall
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of
from clients_app.services.apis.may_call import MayCallDraft
from clients_app.services.declared.entries import Entry

_PIECE: Final = 500  # values of one query
READ: Final = (
    *("roles", "tags", "urls", "owners", "may_call__scopes", "may_call__api"),
    *("keys", "identities"),
)


def clients_of_entries(tenant_id: UUID, entries: Iterable[Entry]) -> dict[str, Client]:
    """Return, by the path of each entry, the client with its id, or else with its name.

    With its id it may also be a removed one. Those that are to be added have none.
    """
    entries = list(entries)
    ids = {entry.path: parse_client_id(entry.values.get("id", "")) for entry in entries}
    by_id = {client.pk: client for client in _read(tenant_id, "pk", {*ids.values()} - {None})}
    keys = {entry.path: key_of(entry.name) for entry in entries if "id" not in entry.values}
    named = _read(tenant_id, "name_key", {*keys.values()})
    by_name = {client.name_key: client for client in named if client.removed_at is None}
    found = {path: by_id.get(client_id) for path, client_id in ids.items() if client_id}
    found |= {path: by_name.get(key) for path, key in keys.items()}
    return {path: client for path, client in found.items() if client is not None}


def may_call_of(client: Client) -> MayCallDraft:
    """Return what a client of ``clients_of_entries`` may call, without a query."""
    rows: list[MayCall] = list(client.may_call.all())
    return MayCallDraft(
        built_in=client.may_call_built_in,
        apis={row.api_id: frozenset(scope.name for scope in row.scopes.all()) for row in rows},
        default_api_id=next((row.api_id for row in rows if row.is_default), None),
    )


def keys_of(client: Client) -> list[ClientKey]:
    """Return its public keys that are not removed, the oldest first, without a query."""
    return sorted((one for one in client.keys.all() if not one.removed_at), key=_number)


def identities_of(client: Client) -> list[FederatedIdentity]:
    """Return its federated identities that are not removed, the oldest first."""
    return sorted((one for one in client.identities.all() if not one.removed_at), key=_number)


def _number(row: ClientKey | FederatedIdentity) -> int:
    return row.pk


def _read(tenant_id: UUID, column: str, values: Iterable[Any]) -> Iterator[Client]:
    rest = iter(values)
    while piece := list(islice(rest, _PIECE)):
        clients = Client.objects.for_tenant(tenant_id).filter((f"{column}__in", piece))
        yield from clients.select_related("tenant").prefetch_related(*READ)
