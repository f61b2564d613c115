"""When public keys and federated identities expire, counted for operators."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q

from clients_app.models import ClientKey, FederatedIdentity
from clients_app.selectors.notices.expirations import WITHIN_DAYS
from clients_app.selectors.periods import EXPIRED_LISTED

KINDS: Final[dict[str, type[Any]]] = {"key": ClientKey, "identity": FederatedIdentity}


def credential_counts(kind: str, *, now: datetime) -> list[dict[str, Any]]:
    """Return for each tenant how many of one of KINDS are live, expire soon and have expired.

    ``first`` is when the next one expires that none has replaced.
    """
    table = KINDS[kind]
    soon = Q(expires_at__gt=now) & Q(pk__in=table.objects.without_successor().values("pk"))
    within = {
        f"within_{days}": Count("pk", filter=soon & Q(expires_at__lte=now + timedelta(days=days)))
        for days in WITHIN_DAYS
    }
    present = table.objects.filter(client__removed_at=None).live(now - EXPIRED_LISTED)
    rows = present.values("client__tenant_id").annotate(
        live=Count("pk", filter=Q(expires_at__gt=now) | Q(expires_at=None)),
        expired=Count("pk", filter=Q(expires_at__lte=now)),
        first=Min("expires_at", filter=soon),
        **within,
    )
    return [dict(row) for row in rows.order_by("client__tenant_id")]
