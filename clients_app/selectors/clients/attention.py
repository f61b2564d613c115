"""What needs attention in a tenant: how many clients are in each state that a person should see."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count

from clients_app.models import Client
from clients_app.selectors.clients.shows import Show, condition

#: the states of the strip, most urgent first
ATTENTION: Final = (
    *(Show.REFUSED, Show.EXPIRING_SOON, Show.EXPIRING),
    *(Show.NO_SECRETS, Show.NO_OWNER, Show.UNUSED),
)


def attention(tenant_id: UUID, *, now: datetime) -> dict[Show, dict[str, int]]:
    """Return, for each state of ATTENTION, Client Type -> how many clients the list would show.

    One query, which reads the index of the list.
    """
    columns = {show.name: Count("pk", filter=condition(show, now)) for show in ATTENTION}
    own = Client.objects.for_tenant(tenant_id).present()
    rows: Iterable[Any] = own.values("client_type").annotate(**columns)
    by_type = {row["client_type"]: row for row in rows}
    return {show: {one: row[show.name] for one, row in by_type.items()} for show in ATTENTION}
