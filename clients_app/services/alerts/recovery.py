"""Tells people that a client about which they got an alert gets tokens again: one line each."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from clients_app import audit
from clients_app.actors import Actor
from clients_app.limits import ALERTS_PER_HOUR
from clients_app.models import Alert, Delivery
from clients_app.services.alerts.messages import as_json
from clients_app.services.alerts.sending import PIECE, messages_of
from clients_app.services.locks import lock_tenant


def end_recovered(rows: QuerySet[Alert], *, now: datetime) -> None:
    """End these alerts, and queue one message for each reader of each tenant."""
    for tenant_id in rows.order_by().values_list("tenant_id", flat=True).distinct():
        _end(tenant_id, rows, now=now)


@transaction.atomic
def _end(tenant_id: UUID, rows: QuerySet[Alert], *, now: datetime) -> None:
    tenant = lock_tenant(tenant_id)  # so that one of several workers sends
    own = rows.filter(tenant_id=tenant_id).select_related("client", "secret", "key")
    found = list(own.prefetch_related("client__owners").order_by("begun_at", "pk")[:PIECE])
    listed = found[:ALERTS_PER_HOUR]
    described = {one.pk: as_json(one, ended_at=now) for one in listed}
    more = len(found) - len(listed)
    Delivery.objects.bulk_create(messages_of(tenant, found, described, more, now=now))
    Alert.objects.filter(pk__in=[one.pk for one in found]).delete()
    for one in listed:
        audit.record("alert.over", one.client, actor=Actor.system(tenant.pk), now=now)
