"""The counts in the sidebar."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from clients_app.models import Api, ClientCount, Person, Role, Tenant


class SidebarCounts(NamedTuple):
    clients: int
    roles: int
    apis: int
    people: int


def sidebar_counts(tenant_id: UUID, *, clients: int | None = None) -> SidebarCounts:
    """Return the counts; ``clients`` is given where it is known already."""
    if clients is None:
        clients = ClientCount.objects.total(tenant_id)
    counts = (
        Tenant.objects.filter(pk=tenant_id)
        .values_list(_number(Role), _number(Api), _number(Person))
        .first()
    )
    return SidebarCounts(clients, *(counts or (0, 0, 0)))


def _number(model: Any) -> Coalesce:
    rows = model.objects.filter(tenant=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("tenant").annotate(n=Count("pk")).values("n")), 0)
