"""The numbers in the left pane."""

from typing import NamedTuple
from uuid import UUID

from clients_app.models import (
    Client,
    Role,
)


class SidebarCounts(NamedTuple):
    clients: int
    roles: int


def sidebar_counts(tenant_id: UUID, *, clients: int | None = None) -> SidebarCounts:
    """Return the numbers beside the places of the left pane; ``clients`` where they are counted."""
    if clients is None:
        clients = Client.objects.for_tenant(tenant_id).present().count()
    return SidebarCounts(clients, Role.objects.for_tenant(tenant_id).count())
