"""Expirations of credentials: counts for operators, and the notices and calendars about them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, Subquery

from clients_app.models import (
    CalendarFeed,
    ClientSecret,
    Delivery,
    NoticeChannel,
    Person,
    TokenUsage,
)
from clients_app.selectors.credentials.uses import COLUMNS, Used
from clients_app.selectors.periods import EXPIRED_LISTED

WITHIN_DAYS: Final = (1, 7, 14, 30)
_SHOWN_IN_CALENDAR: Final = 1000


def secret_counts(*, now: datetime) -> list[dict[str, Any]]:
    """Return for each tenant how many secrets are live, expire soon and have expired."""
    ends = Q(expires_at__gt=now)
    unreplaced = Q(pk__in=ClientSecret.objects.without_successor().values("pk"))
    soon = ends & unreplaced
    within = {
        f"within_{days}": Count("pk", filter=soon & Q(expires_at__lte=now + timedelta(days=days)))
        for days in WITHIN_DAYS
    }
    present = ClientSecret.objects.filter(client__removed_at=None).live(now - EXPIRED_LISTED)
    rows = present.values("client__tenant_id").annotate(
        live=Count("pk", filter=ends | Q(expires_at=None)),
        never=Count("pk", filter=Q(expires_at=None)),
        expired=Count("pk", filter=Q(expires_at__lte=now)),
        first=Min("expires_at", filter=soon),
        **within,
    )
    return [dict(row) for row in rows.order_by("client__tenant_id")]


def successor_of(credential: Any) -> Any | None:
    """Return the newest secret, or key, that replaced this one and lasts longer; None if there is
    none. A federated identity is never replaced."""
    if not hasattr(type(credential), "replaces"):
        return None
    end = credential.expires_at
    lasting = (
        one
        for one in credential.successors.all()
        if one.removed_at is None
        and (one.expires_at is None or (end is not None and one.expires_at > end))
    )
    return max(lasting, key=lambda one: one.pk, default=None)


def last_uses(credentials: Collection[Used]) -> dict[Used, datetime]:
    """Return when each of these credentials was last used, without those that never were."""
    found: dict[Used, datetime] = {}
    for kind, column in COLUMNS.items():
        ids = [used.id for used in credentials if used.column == column]
        usage = TokenUsage.objects.filter(**{column: OuterRef("pk")}).order_by("-hour")
        at = Subquery(usage.values("last_at")[:1])
        rows = kind.objects.filter(pk__in=ids).annotate(used_at=at).exclude(used_at=None)
        found |= {Used(column, pk): at for pk, at in rows.values_list("pk", "used_at")}
    return found


def delivery_counts() -> list[dict[str, Any]]:
    """Return how many notices there are by tenant, channel and state."""
    groups = Delivery.objects.values("tenant_id", "channel", "state")
    rows = groups.annotate(number=Count("pk")).order_by("tenant_id", "channel", "state")
    return [dict(row) for row in rows]


def channels_of(tenant_id: UUID) -> dict[str, NoticeChannel]:
    """Return the notice channels that a tenant has set, by name."""
    return {row.channel: row for row in NoticeChannel.objects.filter(tenant_id=tenant_id)}


def feed_of(person: Person) -> CalendarFeed | None:
    """Return the calendar of a person."""
    return CalendarFeed.objects.filter(person=person).first()


def feed_owner(digest: str) -> Person | None:
    """Return the active person whose calendar address has this digest."""
    feeds = CalendarFeed.objects.filter(digest=digest, person__is_active=True)
    feed = feeds.select_related("person__tenant").first()
    return feed.person if feed else None


def calendar_credentials(person: Person, *, sees_all: bool, now: datetime) -> list[Any]:
    """Return the first 1,000 credentials that expire later than 30 days ago, with their clients.

    Only those of the person's own clients, unless the person ``sees_all``.
    """
    since = now - timedelta(days=30)
    of_person = {} if sees_all else {"client__owners": person}
    found: list[Any] = []
    for kind in COLUMNS:
        rows = kind.objects.present().filter(
            client__tenant_id=person.tenant_id,
            client__removed_at=None,
            expires_at__gt=since,
            **of_person,
        )
        successors = ["successors"] if hasattr(kind, "replaces") else []
        rows = rows.select_related("client").prefetch_related(*successors)
        found += rows.order_by("expires_at", "pk")[:_SHOWN_IN_CALENDAR]
    return sorted(found, key=lambda one: (one.expires_at, one.pk))[:_SHOWN_IN_CALENDAR]


def recent_deliveries(tenant_id: UUID) -> list[Delivery]:
    """Return the last 50 messages of a tenant, newest first."""
    return list(Delivery.objects.for_tenant(tenant_id).order_by("-created_at", "-pk")[:50])
