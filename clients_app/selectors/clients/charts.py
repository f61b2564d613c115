"""What charts show: tokens and refused requests in each of the slots of ``rules/chart_slots.py``.

Sums come from the hourly rows, in one query for each table.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from clients_app.models import Client, RefusedHour, TenantHour, TokenUsage
from clients_app.rules.chart_slots import days
from clients_app.selectors.credentials.uses import COLUMNS, Used

WEEK_DAYS = 7


class ClientCounts(NamedTuple):
    """Counts for each slot; those of a credential are zeros if it is not among the keys."""

    tokens: dict[Used | None, list[int]]  # None: the client has no credentials
    refused: list[int]


def client_counts(client: Client, slots: Sequence[datetime]) -> ClientCounts:
    """Return the tokens by each credential of the client, and its refused requests."""
    usage = TokenUsage.objects.filter(client=client)
    found = _sums(usage, "tokens", slots, *COLUMNS.values())
    tokens = {_used(ids): counts for ids, counts in found.items()}
    refused = _sums(RefusedHour.objects.filter(client=client), "requests", slots, "client_id")
    return ClientCounts(tokens, refused.get(client.pk, [0] * (len(slots) - 1)))


def tenant_counts(tenant_id: UUID, slots: Sequence[datetime]) -> tuple[list[int], list[int]]:
    """Return the tokens and the refused requests of all clients of a tenant."""
    rows = TenantHour.objects.filter(tenant_id=tenant_id)
    none = [0] * (len(slots) - 1)
    tokens, refused = (_sums(rows, name, slots, "tenant_id") for name in ("tokens", "refused"))
    return tokens.get(tenant_id, none), refused.get(tenant_id, none)


def week_of_clients(
    client_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, list[tuple[int, int]]]:
    """Return, for each client, tokens and refused requests of the last 7 days, oldest first.

    Days are those of the active time zone.
    """
    slots = days(now, timezone.get_current_timezone(), count=WEEK_DAYS)
    usage = TokenUsage.objects.filter(client__in=client_ids)
    refusals = RefusedHour.objects.filter(client__in=client_ids)
    tokens = _sums(usage, "tokens", slots, "client_id")
    refused = _sums(refusals, "requests", slots, "client_id")
    none = [0] * WEEK_DAYS
    return {
        pk: list(zip(tokens.get(pk, none), refused.get(pk, none), strict=True)) for pk in client_ids
    }


def _sums(
    rows: QuerySet[Any], column: str, slots: Sequence[datetime], *by: str
) -> dict[Any, list[int]]:
    """Return the sums of ``column`` in each slot, by one other column or by several of them."""
    within = [Q(hour__gte=start, hour__lt=end) for start, end in pairwise(slots)]
    sums = {f"slot_{at}": Sum(column, filter=slot, default=0) for at, slot in enumerate(within)}
    found = rows.filter(hour__gte=slots[0], hour__lt=slots[-1]).order_by().values(*by)
    return {
        ids[0] if len(by) == 1 else ids: list(row.values())
        for row in found.annotate(**sums)
        if (ids := tuple(row.pop(name) for name in by))
    }


def _used(ids: Sequence[int | None]) -> Used | None:
    named = zip(COLUMNS.values(), ids, strict=True)
    return next((Used(column, pk) for column, pk in named if pk is not None), None)
