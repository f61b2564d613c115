"""Looks once a day for secrets that expire soon, and queues the notices.

Each stage of each secret is a row that can exist once, so nobody gets a notice twice, whichever
process looks and however often. The tenant's row is locked while one piece of its secrets is
queued, so that concurrent processes queue different pieces.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clients_app import conf
from clients_app.models import ClientSecret, Delivery, Notice, Tenant
from clients_app.rules.notices import SENT_LATE, STAGES, stage_due
from clients_app.selectors.notices.expirations import channels_of
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.messages import Expiring, as_json
from clients_app.services.notices.table import CHANNELS

PIECE: Final = 500  # secrets queued in one transaction, and at most in one message


def queue_daily_notices(*, now: datetime) -> None:
    """Queue the notices of each tenant, once a day from the hour of notices on."""
    local = now.astimezone(conf.installation_zone())
    if local.hour < settings.NOTICE_HOUR:
        return
    for tenant in Tenant.objects.exclude(notices_sent_on=local.date()).order_by("created_at"):
        queue_notices(tenant, now=now)


def queue_notices(tenant: Tenant, *, now: datetime) -> int:
    """Queue the notices of ``tenant`` that are due; return of how many secrets."""
    due = _due(tenant.pk, now=now)
    queued = 0
    for start in range(0, len(due), PIECE):
        queued += _queue(tenant, due[start : start + PIECE], now=now)
    today = now.astimezone(conf.installation_zone()).date()
    Tenant.objects.filter(pk=tenant.pk).update(notices_sent_on=today)
    return queued


def remove_old(*, now: datetime) -> None:
    """Remove the notices of secrets that get no further ones."""
    Notice.objects.filter(expires_at__lt=now - deliveries.LISTED).delete()


def _due(tenant_id: UUID, *, now: datetime) -> list[int]:
    """Return the ids of the secrets with a notice due, in the order of their expiry."""
    since, until = now - timedelta(days=SENT_LATE + 1), now + timedelta(days=max(STAGES) + 1)
    secrets = ClientSecret.objects.filter(
        client__tenant_id=tenant_id,
        client__removed_at=None,
        removed_at=None,
        expires_at__range=(since, until),
    ).order_by("expires_at", "pk")
    noticed = _noticed(tenant_id=tenant_id, expires_at__gte=since)
    rows = secrets.only("pk", "expires_at", "created_at").iterator(chunk_size=2000)
    return [secret.pk for secret in rows if _expiring(secret, noticed, now=now)]


def _noticed(**filters: Any) -> set[tuple[int, datetime, int]]:
    """Return the notices that were queued: secret, its expiry, stage."""
    return set(Notice.objects.filter(**filters).values_list("secret_id", "expires_at", "days"))


def _expiring(
    secret: ClientSecret, noticed: set[tuple[int, datetime, int]], *, now: datetime
) -> Expiring | None:
    """Return the stage that a notice is due for; None where there is none."""
    zone, ends_at = conf.installation_zone(), secret.expires_at
    if ends_at is None:
        return None
    stage = stage_due(
        ends_on=ends_at.astimezone(zone).date(),
        made_on=secret.created_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
    )
    if stage is None or (secret.pk, ends_at, stage) in noticed:
        return None
    return Expiring(secret, ends_at, stage)


@transaction.atomic
def _queue(tenant: Tenant, secret_ids: list[int], *, now: datetime) -> int:
    """Queue the messages about these secrets and record their notices, all or nothing."""
    lock_tenant(tenant.pk)
    noticed = _noticed(secret_id__in=secret_ids)
    secrets = ClientSecret.objects.filter(pk__in=secret_ids, removed_at=None)
    rows = secrets.select_related("client").prefetch_related("client__owners", "successors")
    found = [
        expiring
        for secret in rows.order_by("expires_at", "pk")
        if (expiring := _expiring(secret, noticed, now=now))
    ]
    messages = list(_messages(tenant, found, now=now)) if found else []
    if not messages:
        return 0
    Notice.objects.bulk_create(
        Notice(tenant=tenant, secret=secret, expires_at=ends_at, days=stage, sent_at=now)
        for secret, ends_at, stage in found
    )
    Delivery.objects.bulk_create(messages)
    return len(found)


def _messages(tenant: Tenant, found: list[Expiring], *, now: datetime) -> Iterator[Delivery]:
    rows = channels_of(tenant.pk)
    for name, channel in CHANNELS.items():
        for recipient, about, zone in channel.messages(tenant.pk, rows.get(name), found):
            yield Delivery(
                tenant=tenant,
                channel=name,
                recipient=recipient,
                zone=zone,
                secrets=[as_json(one) for one in about],
                created_at=now,
                try_at=now,
            )
