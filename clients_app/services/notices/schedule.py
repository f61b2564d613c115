"""Looks once a day for secrets that expire soon, and queues the notices.

Each stage of each secret is a row that can exist once, so nobody gets a notice twice, whichever
process looks and however often. The tenant's row is locked while one piece of its secrets is
queued, so that two processes queue two different pieces.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clients_app import conf
from clients_app.models import ClientSecret, Delivery, Notice, Tenant
from clients_app.rules.notices import SENT_LATE, STAGES, stage_due
from clients_app.selectors.notices.expirations import channels_of
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import deliveries, items
from clients_app.services.notices.channel import Expiring
from clients_app.services.notices.table import CHANNELS

PIECE: Final = 500  # secrets queued in one transaction, and at most in one message


def look_everywhere(*, now: datetime) -> None:
    """Look at each tenant that nobody has looked at today, from the hour of notices on."""
    local = now.astimezone(conf.installation_zone())
    if local.hour < settings.NOTICE_HOUR:
        return
    for tenant in Tenant.objects.exclude(notices_sent_on=local.date()).order_by("created_at"):
        look(tenant, now=now)


def look(tenant: Tenant, *, now: datetime) -> int:
    """Queue what is due in ``tenant`` and was not told; return of how many secrets it tells."""
    due = _due(tenant.pk, now=now)
    told = 0
    for start in range(0, len(due), PIECE):
        told += _tell(tenant, due[start : start + PIECE], now=now)
    today = now.astimezone(conf.installation_zone()).date()
    Tenant.objects.filter(pk=tenant.pk).update(notices_sent_on=today)
    return told


def remove_old(*, now: datetime) -> None:
    """Remove the notes on secrets that get no more notices."""
    Notice.objects.filter(expires_at__lt=now - deliveries.LISTED).delete()


def _due(tenant_id: UUID, *, now: datetime) -> list[int]:
    """Return the ids of the secrets to tell of, those that end first before the others."""
    since, until = now - timedelta(days=SENT_LATE + 1), now + timedelta(days=max(STAGES) + 1)
    secrets = ClientSecret.objects.filter(
        client__tenant_id=tenant_id,
        client__removed_at=None,
        removed_at=None,
        expires_at__range=(since, until),
    ).order_by("expires_at", "pk")
    told = _told_stages(tenant_id, since=since)
    return [
        secret.pk
        for secret in secrets.only("pk", "expires_at", "created_at").iterator(chunk_size=2000)
        if _stage(secret, now=now, told=told) is not None
    ]


def _told_stages(tenant_id: UUID, *, since: datetime) -> set[tuple[int, datetime, int]]:
    told = Notice.objects.filter(tenant_id=tenant_id, expires_at__gte=since)
    return set(told.values_list("secret_id", "expires_at", "days"))


def _stage(
    secret: ClientSecret, *, now: datetime, told: set[tuple[int, datetime, int]]
) -> int | None:
    zone, ends_at = conf.installation_zone(), secret.expires_at
    if ends_at is None:
        return None
    stage = stage_due(
        ends_on=ends_at.astimezone(zone).date(),
        made_on=secret.created_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
    )
    return None if (secret.pk, ends_at, stage) in told else stage


@transaction.atomic
def _tell(tenant: Tenant, secret_ids: list[int], *, now: datetime) -> int:
    """Queue the notices of these secrets and note that they were; all of it or nothing."""
    lock_tenant(tenant.pk)
    sent = Notice.objects.filter(secret_id__in=secret_ids)
    told = set(sent.values_list("secret_id", "expires_at", "days"))
    secrets = ClientSecret.objects.filter(pk__in=secret_ids, removed_at=None)
    rows = (
        secrets.select_related("client").prefetch_related("client__owners").order_by("expires_at")
    )
    found = [
        Expiring(secret, secret.expires_at, stage)
        for secret in rows
        if (stage := _stage(secret, now=now, told=told)) is not None and secret.expires_at
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
    """Yield what each channel of the tenant tells its recipients."""
    rows = channels_of(tenant.pk)
    for name, channel in CHANNELS.items():
        for recipient, expiring, zone in channel.messages(tenant.pk, rows.get(name), found):
            yield Delivery(
                tenant=tenant,
                channel=name,
                recipient=recipient,
                zone=zone,
                secrets=[items.stored(secret, days=days) for secret, _, days in expiring],
                created_at=now,
                try_at=now,
            )
