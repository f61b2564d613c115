"""Sends the alerts that are due: a few of a tenant in an hour, then one message with a number.

The tenant's row is locked while its messages are queued, so that one of several workers sends.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from clients_app import audit
from clients_app.actors import Actor
from clients_app.limits import ALERTS_PER_HOUR
from clients_app.models import Alert, ClientKey, ClientSecret, Delivery, FederatedIdentity, Tenant
from clients_app.rules.alerts import AlertKind
from clients_app.selectors.notices.expirations import channels_of
from clients_app.services.alerts.messages import as_json
from clients_app.services.locks import lock_tenant
from clients_app.services.notices.table import CHANNELS

HOUR: Final = timedelta(hours=1)
PIECE: Final = 500  # alerts whose readers are looked up; those beyond are counted


def send_due(*, now: datetime) -> None:
    """Queue the messages of each tenant about the alerts that are due."""
    for tenant_id in _due(now=now).order_by().values_list("tenant_id", flat=True).distinct():
        _send(tenant_id, now=now)


def _due(*, now: datetime) -> QuerySet[Alert]:
    """Return what people should know now; a client that cannot or may not request is not silent."""
    rows = Alert.objects.filter(sent_at=None, due_at__lte=now)
    is_refused = Alert.objects.filter(client=OuterRef("client"), kind=AlertKind.REFUSED)
    proofs = (
        Exists(table.objects.live(now).filter(client=OuterRef("client")).order_by())
        for table in (ClientSecret, ClientKey, FederatedIdentity)
    )
    can = reduce(or_, proofs)
    return rows.filter(~Q(kind=AlertKind.SILENT) | can & ~Exists(is_refused))


@transaction.atomic
def _send(tenant_id: UUID, *, now: datetime) -> None:
    tenant = lock_tenant(tenant_id)
    if tenant.alerts_since is None or tenant.alerts_since <= now - HOUR:
        tenant.alerts_since, tenant.alerts_sent = now, 0
    due = _due(now=now).filter(tenant_id=tenant_id)
    rows = due.select_related("client", "secret", "key").prefetch_related("client__owners")
    found = list(rows.order_by("due_at", "pk")[:PIECE])
    listed = found[: max(0, ALERTS_PER_HOUR - tenant.alerts_sent)]
    is_digest = len(found) > len(listed) and tenant.alerts_sent <= ALERTS_PER_HOUR
    if not is_digest:
        found = listed
    if not found:
        return
    told = due if is_digest else due.filter(pk__in=[one.pk for one in found])
    more = told.update(sent_at=now) - len(listed)
    described = {one.pk: as_json(one) for one in listed}
    Delivery.objects.bulk_create(messages_of(tenant, found, described, more, now=now))
    sent = ALERTS_PER_HOUR + 1 if is_digest else tenant.alerts_sent + len(listed)
    Tenant.objects.filter(pk=tenant.pk).update(alerts_since=tenant.alerts_since, alerts_sent=sent)
    _record(tenant, listed, more, now=now)


def messages_of(
    tenant: Tenant,
    found: list[Alert],
    described: Mapping[int, dict[str, Any]],
    more: int,
    *,
    now: datetime,
) -> list[Delivery]:
    """Return the messages: each has what is ``described`` of what concerns its reader."""
    rows = channels_of(tenant.pk)
    messages = []
    for name, channel in CHANNELS.items():
        for recipient, about, zone in channel.messages(tenant.pk, rows.get(name), found):
            alerts = [described[one.pk] for one in about if one.pk in described]
            unlisted = more if len(about) == len(found) else len(about) - len(alerts)
            messages.append(
                Delivery(
                    tenant=tenant,
                    channel=name,
                    recipient=recipient,
                    zone=zone,
                    alerts=alerts,
                    more=unlisted,
                    created_at=now,
                    try_at=now,
                )
            )
    return messages


def _record(tenant: Tenant, listed: list[Alert], more: int, *, now: datetime) -> None:
    actor = Actor.system(tenant.pk)
    for one in listed:
        after = {"address": one.address or "", "cause": one.cause}
        if one.secret:
            after["secret"] = str(one.secret)
        if one.key:
            after["key"] = str(one.key)
        audit.record(f"alert.{one.kind}", one.client, actor=actor, now=now, after=after)
    if more:
        audit.record("alert.more", tenant, actor=actor, now=now, after={"clients": more})
