"""How long rows are kept that are not the record: counts of requests, used form keys, sessions.

The worker does a little at a time, so that other writers wait no longer than milliseconds.

Source: LOG-5.
"""

from datetime import datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from clients_app.models import (
    ApiHour,
    ApiUsage,
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
SECRETS: Final = 200  # in one transaction
BATCHES: Final = 50  # in one run; the others a minute later
ROWS: Final = 1000  # deleted in one transaction


def remove_old(*, now: datetime) -> None:
    """Delete what is older than it is kept for."""
    used = TokenUsage.objects.filter(is_day=True, hour__lt=now - COUNTS_KEPT)
    newer = TokenUsage.objects.filter(secret=OuterRef("secret"), hour__gt=OuterRef("hour"))
    places = SecretAddress.objects.filter(last_at__lt=now - ADDRESSES_KEPT)
    later = SecretAddress.objects.filter(secret=OuterRef("secret"), last_at__gt=OuterRef("last_at"))
    for rows in (
        used.filter(Exists(newer)),
        TokenRefusal.objects.filter(last_at__lt=now - COUNTS_KEPT),
        RefusedHour.objects.filter(hour__lt=now - CHARTED),
        TenantHour.objects.filter(hour__lt=now - CHARTED),
        ApiHour.objects.filter(hour__lt=now - CHARTED),
        ApiUsage.objects.filter(hour__lt=now - HOURS_KEPT),
        places.filter(Exists(later)),
        UsedFormKey.objects.filter(used_at__lt=now - FORM_KEYS_KEPT),
    ):
        for _ in range(BATCHES):
            ids = list(rows.order_by().values_list("pk", flat=True)[:ROWS])
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
    """Sum the hours of ``day`` of some secrets; other workers wait for the locked rows."""
    hours = TokenUsage.objects.filter(is_day=False, hour__gte=day, hour__lt=day + timedelta(days=1))
    secrets = hours.order_by("secret_id").values_list("secret_id", flat=True).distinct()[:SECRETS]
    found = hours.filter(secret__in=list(secrets)).select_for_update()
    rows = sorted(found.order_by("pk"), key=lambda row: (row.secret_id, row.last_at))
    days = []
    for _secret, of_secret in groupby(rows, key=lambda row: row.secret_id):
        *others, latest = of_secret
        days.append(
            TokenUsage(
                client_id=latest.client_id,
                secret_id=latest.secret_id,
                hour=day,
                is_day=True,
                tokens=latest.tokens + sum(row.tokens for row in others),
                last_at=latest.last_at,
                last_address=latest.last_address,
            )
        )
    TokenUsage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    TokenUsage.objects.bulk_create(days)
