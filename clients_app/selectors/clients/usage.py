"""How a client is used: its tokens and its refused requests."""

from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Q, Sum

from clients_app.models import Client, SecretAddress, TokenRefusal, TokenUsage
from clients_app.rules.alerts import ADDRESSES_KEPT
from clients_app.selectors.periods import DAY, EXPIRED_LISTED, RECENT

_PROOFS: Final = ("secret", "key", "identity")


class ClientSummary(NamedTuple):
    tokens_7_days: int
    last_address: str | None
    refused_7_days: int


def client_summary(client: Client, *, now: datetime) -> ClientSummary:
    """Return how the client was used in the last 7 days."""
    usage = TokenUsage.objects.filter(client=client)
    tokens = usage.filter(hour__gte=now - RECENT).aggregate(n=Sum("tokens"))["n"]
    last = usage.order_by("-last_at").values_list("last_address", flat=True).first()
    groups = TokenRefusal.objects.filter(client=client, last_at__gt=now - RECENT)
    refused = groups.aggregate(n=Sum("requests"))["n"]
    return ClientSummary(tokens or 0, last, refused or 0)


def addresses_of(client: Client, *, now: datetime) -> list[SecretAddress]:
    """Return where its secrets and keys that are not removed were used in 90 days, the last use
    first.

    Each has its ``secret`` or its ``key``.
    """
    own = Q(secret__client=client, secret__removed_at=None)
    own |= Q(key__client=client, key__removed_at=None)
    rows = SecretAddress.objects.filter(own, last_at__gt=now - EXPIRED_LISTED)
    return list(rows.select_related("secret", "key").order_by("-last_at", "-pk")[:ADDRESSES_KEPT])


def last_refusal(client: Client) -> TokenRefusal | None:
    """Return the latest group of refused token requests, None if there is none."""
    groups = TokenRefusal.objects.filter(client=client).select_related(*_PROOFS)
    return groups.order_by("-last_at", "-id").first()


def refusals_of(client: Client, *, now: datetime, limit: int = 20) -> list[TokenRefusal]:
    """Return the groups of refused token requests of the last 90 days, newest first.

    A group is of one UTC day. Its ``secret``, ``key`` and ``identity`` are None if the request had
    none of the client's.
    """
    groups = TokenRefusal.objects.filter(client=client, last_at__gt=now - EXPIRED_LISTED)
    return list(groups.select_related(*_PROOFS).order_by("-last_at", "-id")[:limit])


def hours_of(client: Client, *, now: datetime) -> list[TokenUsage]:
    """Return the counts of the last 24 hours by secret and hour, latest first."""
    rows = TokenUsage.objects.filter(client=client, hour__gte=now - DAY)
    return list(rows.select_related("secret").order_by("-hour", "-last_at"))
