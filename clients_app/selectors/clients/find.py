"""Find: clients, roles and APIs of a tenant by a part of their name, best first."""

from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from clients_app.models import Api, Client, Role
from clients_app.rules.names import key_of
from clients_app.selectors.apis.apis import matches
from clients_app.selectors.clients.filters import filtered

FOUND_MAX: Final = 8  # of each kind


class Found(NamedTuple):
    clients: list[Client]
    roles: list[Role]
    apis: list[Api]


def find(tenant_id: UUID, q: str) -> Found:
    """Return clients as the list filters them by ``q``, roles whose name contains it,
    and APIs whose name or Identifier does.

    Names that begin with ``q`` come first. An empty ``q`` matches nothing.
    """
    words = key_of(q.strip())
    if not words:
        return Found([], [], [])
    clients = filtered(Client.objects.for_tenant(tenant_id).present(), q)
    roles = Role.objects.for_tenant(tenant_id).filter(name_key__contains=words)
    apis = [api for api in Api.objects.for_tenant(tenant_id) if matches(api, words)]
    apis.sort(key=lambda api: (not api.name_key.startswith(words), api.name_key))
    return Found(_best_first(clients, words), _best_first(roles, words), apis[:FOUND_MAX])


def _best_first(rows: QuerySet, words: str) -> list:
    begins = Case(When(name_key__startswith=words, then=Value(0)), default=1)
    return list(rows.annotate(rank=begins).order_by("rank", "name_key")[:FOUND_MAX])
