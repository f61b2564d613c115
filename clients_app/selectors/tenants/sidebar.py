"""The counts in the sidebar."""

from typing import NamedTuple
from uuid import UUID

from clients_app.models import Api, Client, Role


class SidebarCounts(NamedTuple):
    clients: int
    roles: int
    apis: int


def sidebar_counts(tenant_id: UUID, *, clients: int | None = None) -> SidebarCounts:
    """Return the counts; ``clients`` is given where it is known already."""
    if clients is None:
        clients = Client.objects.for_tenant(tenant_id).present().count()
    roles, apis = (model.objects.for_tenant(tenant_id).count() for model in (Role, Api))
    return SidebarCounts(clients, roles, apis)
