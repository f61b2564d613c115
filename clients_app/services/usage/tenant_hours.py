"""What the clients of a tenant request in an hour, added up for its chart."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app.models import Client

ADD: Final = """
INSERT INTO clients_app_tenanthour (tenant_id, hour, tokens, refused) VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, hour) DO UPDATE SET
  tokens = clients_app_tenanthour.tokens + excluded.tokens,
  refused = clients_app_tenanthour.refused + excluded.refused
"""


class Requests(NamedTuple):
    """Token requests of one client in the hour that starts at ``hour``, UTC."""

    client_id: UUID
    hour: datetime
    tokens: int = 0
    refused: int = 0


def rows(requests: Iterable[Requests]) -> list[tuple[Any, ...]]:
    """Return the rows for ``ADD``, in the one order in which all processes lock them."""
    counted = list(requests)
    clients = Client.objects.filter(pk__in={one.client_id for one in counted})
    tenants = dict(clients.values_list("pk", "tenant_id"))
    sums: dict[tuple[UUID, datetime], tuple[int, int]] = {}
    for one in counted:
        if tenant_id := tenants.get(one.client_id):
            tokens, refused = sums.get((tenant_id, one.hour), (0, 0))
            sums[tenant_id, one.hour] = (tokens + one.tokens, refused + one.refused)
    return [(*place, *sums[place]) for place in sorted(sums)]
