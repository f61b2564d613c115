"""Who asks for tokens for an API, and what a client asks for. Source: RES-8."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max, Q, Sum

from clients_app.models import Api, ApiHour, ApiUsage, Client
from clients_app.models.tenant import is_of
from clients_app.rules.unused import Request

ASKED: Final = timedelta(days=90)
MONTH: Final = timedelta(days=30)


def requests_of(client: Client, *, now: datetime) -> list[Request]:
    """Return what the client asked for in the last 90 days and got, the latest first."""
    usage = ApiUsage.objects.filter(client=client, hour__gte=now - ASKED).order_by()
    usage = usage.filter(api__tenant=client.tenant_id)  # without those of APIs that were removed
    groups = usage.values("api", "api__custom_identifier", "scope", "is_named").annotate(
        number=Sum("tokens"), last=Max("last_at")
    )
    return [
        Request(
            api_id=str(one["api"]),
            identifier=Api(custom_identifier=one["api__custom_identifier"]).identifier,
            scope=one["scope"],
            is_named=one["is_named"],
            tokens=one["number"],
            last_at=one["last"],
        )
        for one in groups.order_by("-last", "api", "scope", "is_named")
    ]


def last_tokens(api: Api, client_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when each of these clients last got a token for the API, if in the last 90 days."""
    usage = ApiUsage.objects.filter(api=api, client__in=client_ids).order_by()
    return dict(usage.values_list("client").annotate(last=Max("last_at")))


def tokens_in_30_days(api: Api, *, now: datetime) -> int:
    """Return how many tokens all clients got for the API."""
    hours = ApiHour.objects.filter(api=api, hour__gte=now - MONTH)
    return hours.aggregate(number=Sum("tokens", default=0))["number"]


def usage_page(
    tenant_id: UUID,
    *,
    client_id: UUID | None,
    api_id: UUID | None,
    since: datetime | None,
    until: datetime | None,
    below: tuple[datetime, int],
    count: int,
) -> list[ApiUsage]:
    """Return hours of the tenant's clients, the latest first, from below an hour and id."""
    hour, row_id = below
    rows = ApiUsage.objects.filter(is_of(tenant_id, "client__tenant"))
    rows = rows.filter(Q(hour__lt=hour) | Q(hour=hour, pk__lt=row_id), hour__lte=hour)
    chosen = {"client": client_id, "api": api_id, "hour__gte": since, "hour__lt": until}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value is not None})
    return list(rows.order_by("-hour", "-pk")[:count])
