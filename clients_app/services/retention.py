"""How long rows are kept that are not the record: counts of requests, used form keys, sessions.

The worker does a little at a time, so that other writers wait no longer than milliseconds.

Source: LOG-5.
"""

from datetime import datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from clients_app.models import (
    ApiHour,
    ApiUsage,
    Authorization,
    RefreshToken,
    RefusedHour,
    SecretAddress,
    TenantHour,
    TokenRefusal,
    TokenUsage,
    UsedFormKey,
)

HOURS_KEPT: Final = timedelta(
    days=90
)  # then one row for each secret and day; none by API and scopes
COUNTS_KEPT: Final = timedelta(days=400)  # but always the last row of a secret: it says when
CHARTED: Final = timedelta(days=35)  # hours that charts of 30 days may show
ADDRESSES_KEPT: Final = timedelta(days=90)  # since the last use; but always the last one
FORM_KEYS_KEPT: Final = timedelta(days=30)
AUTHORIZATIONS_KEPT: Final = timedelta(days=1)  # after their end, as their last token may live on
CLIENTS: Final = 100  # in one transaction
BATCHES: Final = 50  # in one run; the others a minute later
ROWS: Final = 1000  # deleted in one transaction


def remove_old(*, now: datetime) -> None:
    """Delete what is older than it is kept for."""
    used = TokenUsage.objects.filter(is_day=True, hour__lt=now - COUNTS_KEPT)
    none = {"secret": None, "key": None, "identity": None}
    same = Q(**none, client=OuterRef("client"))
    for kind in none:
        same |= Q((kind, OuterRef(kind)))
    newer = TokenUsage.objects.filter(same, hour__gt=OuterRef("hour"))
    places = SecretAddress.objects.filter(last_at__lt=now - ADDRESSES_KEPT)
    own = Q(secret=OuterRef("secret")) | Q(key=OuterRef("key"))
    later = SecretAddress.objects.filter(own, last_at__gt=OuterRef("last_at"))
    for rows in (
        used.filter(Exists(newer)),
        TokenRefusal.objects.filter(last_at__lt=now - COUNTS_KEPT),
        RefusedHour.objects.filter(hour__lt=now - CHARTED),
        TenantHour.objects.filter(hour__lt=now - CHARTED),
        ApiHour.objects.filter(hour__lt=now - CHARTED),
        ApiUsage.objects.filter(hour__lt=now - HOURS_KEPT),
        places.filter(Exists(later)),
        UsedFormKey.objects.filter(used_at__lt=now - FORM_KEYS_KEPT),
        Authorization.objects.filter(expires_at__lt=now - AUTHORIZATIONS_KEPT),
        RefreshToken.objects.filter(expires_at__lt=now - AUTHORIZATIONS_KEPT),
    ):
        for _ in range(BATCHES):
            ids: list[Any] = list(rows.order_by().values_list("pk", flat=True)[:ROWS])
            rows.model._default_manager.filter(pk__in=ids).delete()
            if len(ids) < ROWS:
                break
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def roll_up_usage(*, now: datetime) -> None:
    """Replace the hours of a day that is older than HOURS_KEPT by one row for each secret."""
    last = (now - HOURS_KEPT).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(BATCHES):
        oldest = TokenUsage.objects.filter(is_day=False, hour__lt=last).order_by("hour").first()
        if oldest is None:
            return
        _roll_up(oldest.hour.replace(hour=0))


@transaction.atomic
def _roll_up(day: datetime) -> None:
    """Sum the hours of ``day`` of some clients; other workers wait for the locked rows."""
    hours = TokenUsage.objects.filter(is_day=False, hour__gte=day, hour__lt=day + timedelta(days=1))
    clients = hours.order_by("client_id").values_list("client_id", flat=True).distinct()[:CLIENTS]
    found = hours.filter(client__in=list(clients)).select_for_update()
    rows = sorted(found.order_by("pk"), key=lambda row: (*_counted_by(row), row.last_at))
    days = []
    for _counted, of_secret in groupby(rows, key=_counted_by):
        *others, latest = of_secret
        days.append(
            TokenUsage(
                client_id=latest.client_id,
                secret_id=latest.secret_id,
                key_id=latest.key_id,
                identity_id=latest.identity_id,
                hour=day,
                is_day=True,
                tokens=latest.tokens + sum(row.tokens for row in others),
                last_at=latest.last_at,
                last_address=latest.last_address,
            )
        )
    TokenUsage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    TokenUsage.objects.bulk_create(days)


def _counted_by(row: TokenUsage) -> tuple[UUID, int, int, int]:
    """Return what a row counts: a client and a credential; 0 for each kind that it is not."""
    return row.client_id, row.secret_id or 0, row.key_id or 0, row.identity_id or 0
