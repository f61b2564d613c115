"""Which alerts a tenant gets."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.models import Tenant
from clients_app.permissions import Action, require
from clients_app.rules.alerts import AlertKind
from clients_app.services.locks import lock_tenant, refuse_stale


@transaction.atomic
def mute_alerts(
    mutes: Mapping[AlertKind, bool], *, expected_version: int | None, actor: Actor, now: datetime
) -> None:
    """Mute alerts of these kinds in the whole tenant, or send them again.

    Errors: Forbidden; ChangedMeanwhile.
    """
    require(actor, Action.MANAGE_NOTICES)
    tenant = lock_tenant(actor.tenant_id)
    wanted = {kind.mute: is_muted for kind, is_muted in mutes.items()}
    before = {column: getattr(tenant, column) for column in wanted}
    changed = [column for column in wanted if before[column] != wanted[column]]
    if not changed:
        return
    refuse_stale(tenant, expected_version)
    after = {column: wanted[column] for column in changed}
    Tenant.objects.filter(pk=tenant.pk).update(**after, version=tenant.version + 1)
    before = {column: before[column] for column in changed}
    audit.record("alerts.set", tenant, actor=actor, now=now, before=before, after=after)
