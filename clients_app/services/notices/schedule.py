"""Looks once a day for credentials that expire soon, and queues the notices.

Each stage of each credential is a row that can exist once, so nobody gets a notice twice, whichever
process looks and however often. The tenant's row is locked while one piece of them is
queued, so that concurrent processes queue different pieces.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from clients_app import conf
from clients_app.models import Delivery, Notice, Tenant
from clients_app.models.credential import Credential
from clients_app.rules.notices import SENT_LATE, STAGES, stage_due
from clients_app.selectors.credentials.uses import COLUMNS, Used, used_in, used_of
from clients_app.selectors.notices.expirations import channels_of
from clients_app.services.locks import lock_tenant
from clients_app.services.notices import deliveries
from clients_app.services.notices.messages import Expiring, as_json
from clients_app.services.notices.table import CHANNELS

PIECE: Final = 500  # credentials queued in one transaction, and at most in one message


def queue_daily_notices(*, now: datetime) -> None:
    """Queue the notices of each tenant, once a day from the hour of notices on."""
    local = now.astimezone(conf.installation_zone())
    if local.hour < settings.NOTICE_HOUR:
        return
    for tenant in Tenant.objects.exclude(notices_sent_on=local.date()).order_by("created_at"):
        queue_notices(tenant, now=now)


def queue_notices(tenant: Tenant, *, now: datetime) -> int:
    """Queue the notices of ``tenant`` that are due; return of how many credentials."""
    due = _due(tenant.pk, now=now)
    queued = 0
    for start in range(0, len(due), PIECE):
        queued += _queue(tenant, due[start : start + PIECE], now=now)
    today = now.astimezone(conf.installation_zone()).date()
    Tenant.objects.filter(pk=tenant.pk).update(notices_sent_on=today)
    return queued


def remove_old(*, now: datetime) -> None:
    """Remove the notices of credentials that get no further ones."""
    Notice.objects.filter(expires_at__lt=now - deliveries.LISTED).delete()


def _due(tenant_id: UUID, *, now: datetime) -> list[Used]:
    """Return the credentials with a notice due, in the order of their expiry."""
    since, until = now - timedelta(days=SENT_LATE + 1), now + timedelta(days=max(STAGES) + 1)
    noticed = _noticed(Q(tenant_id=tenant_id, expires_at__gte=since))
    due = []
    for kind in COLUMNS:
        present = kind.objects.present().filter(
            client__tenant_id=tenant_id,
            client__removed_at=None,
            expires_at__range=(since, until),
        )
        rows = present.only("pk", "expires_at", "created_at").iterator(chunk_size=2000)
        due += [(row.expires_at, used_of(row)) for row in rows if _expiring(row, noticed, now=now)]
    return [used for _, used in sorted(due)]


def _noticed(which: Q) -> set[tuple[Used | None, datetime, int]]:
    """Return the notices that were queued: of what, its expiry, stage."""
    return {(used_in(row), row.expires_at, row.days) for row in Notice.objects.filter(which)}


def _expiring(
    credential: Credential, noticed: set[tuple[Used | None, datetime, int]], *, now: datetime
) -> Expiring | None:
    """Return the stage that a notice is due for; None where there is none."""
    zone, ends_at = conf.installation_zone(), credential.expires_at
    if ends_at is None:
        return None
    stage = stage_due(
        ends_on=ends_at.astimezone(zone).date(),
        made_on=credential.created_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
    )
    if stage is None or (used_of(credential), ends_at, stage) in noticed:
        return None
    return Expiring(credential, ends_at, stage)


@transaction.atomic
def _queue(tenant: Tenant, due: list[Used], *, now: datetime) -> int:
    """Queue the messages about these credentials and record their notices, all or nothing."""
    lock_tenant(tenant.pk)
    found = sorted(_found(due, now=now), key=lambda one: (one.ends_at, one.credential.pk))
    messages = list(_messages(tenant, found, now=now)) if found else []
    if not messages:
        return 0
    Notice.objects.bulk_create(
        Notice(
            tenant=tenant,
            expires_at=ends_at,
            days=stage,
            sent_at=now,
            **{COLUMNS[type(credential)]: credential.pk},
        )
        for credential, ends_at, stage in found
    )
    Delivery.objects.bulk_create(messages)
    return len(found)


def _found(due: list[Used], *, now: datetime) -> Iterator[Expiring]:
    """Yield what is still due, with clients, Owners and successors."""
    for kind, column in COLUMNS.items():
        ids = [used.id for used in due if used.column == column]
        if not ids:
            continue
        noticed = _noticed(Q(**{f"{column}__in": ids}))
        rows = kind.objects.present().filter(pk__in=ids).select_related("client")
        successors = ["successors"] if hasattr(kind, "replaces") else []
        for row in rows.prefetch_related("client__owners", *successors):
            if expiring := _expiring(row, noticed, now=now):
                yield expiring


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
