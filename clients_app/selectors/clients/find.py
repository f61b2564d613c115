"""Find: clients and roles of a tenant by a part of their name, best first."""

from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from clients_app.models import Client, Role
from clients_app.rules.names import key_of
from clients_app.selectors.clients.lists import filtered

FOUND_MAX: Final = 8  # of each kind


class Found(NamedTuple):
    clients: list[Client]
    roles: list[Role]


def find(tenant_id: UUID, q: str) -> Found:
    """Return clients as the list filters them by ``q``, and roles whose name contains it.

    Names that begin with ``q`` come first. An empty ``q`` matches nothing.
    """
    words = key_of(q.strip())
    if not words:
        return Found([], [])
    clients = filtered(Client.objects.for_tenant(tenant_id).present(), q)
    roles = Role.objects.for_tenant(tenant_id).filter(name_key__contains=words)
    return Found(list(_best_first(clients, words)), list(_best_first(roles, words)))


def _best_first(rows: QuerySet, words: str) -> QuerySet:
    begins = Case(When(name_key__startswith=words, then=Value(0)), default=1)
    return rows.annotate(rank=begins).order_by("rank", "name_key")[:FOUND_MAX]
