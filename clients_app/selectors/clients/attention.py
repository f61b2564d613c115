"""What needs attention in a tenant: how many clients are in each state that a person should see."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import CharField, Count, Q, QuerySet, Value

from clients_app.models import Client
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.selectors.clients.shows import Show, cases

#: the states of the strip, most urgent first
ATTENTION: Final = (
    *(Show.REFUSED, Show.EXPIRING_SOON, Show.EXPIRING),
    *(Show.NO_SECRETS, Show.NO_OWNER, Show.UNUSED),
)


def attention(tenant_id: UUID, *, now: datetime) -> dict[Show, dict[str, int]]:
    """Return, for each state of ATTENTION, Client Type -> how many clients the list would show.

    One query, which reads only the clients that are counted: each case has an index.
    """
    counts = {show: dict.fromkeys(CLIENT_TYPES, 0) for show in ATTENTION}
    own = Client.objects.for_tenant(tenant_id).present().order_by()
    # all types there are, so that an index continues with its next column
    own = own.filter(client_type__in=[*CLIENT_TYPES])
    first, *others = (_counted(own, show, case) for show in ATTENTION for case in cases(show, now))
    for show, client_type, count in first.union(*others, all=True):
        counts[Show(show)][client_type] += count
    return counts


def _counted(own: QuerySet[Client], show: Show, case: Q) -> QuerySet[Client, tuple[str, str, int]]:
    state = Value(str(show), output_field=CharField())
    return own.filter(case).values_list(state, "client_type").annotate(count=Count("*"))
