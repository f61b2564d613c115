"""Setting the policies of a tenant, and applying them to secrets that exist already."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import ClientSecret, Tenant
from clients_app.permissions import Action, require
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.tenants.policies import secrets_to_end, tenant_policy
from clients_app.services.credentials.changes import save_edited
from clients_app.services.credentials.kinds import values_of
from clients_app.services.locks import lock_tenant, locked, refuse_stale

_BATCH: Final = 1000  # secrets in one run; the others a minute later


@transaction.atomic
def set_policies(
    policy: TenantPolicy,
    *,
    expected_version: int | None,
    confirms_ends: bool,
    actor: Actor,
    now: datetime,
) -> TenantPolicy:
    """Apply ``policy`` to everything that is added or edited in the tenant from now on.

    ``confirms_ends`` accepts that forced rotation sets expiration dates on existing secrets.
    Errors: Forbidden; ChangedMeanwhile; RuleBroken (confirms_ends) if it is needed and missing.
    """
    require(actor, Action.SET_POLICIES)
    tenant = lock_tenant(actor.tenant_id)
    held = tenant_policy(tenant.pk)
    if policy != held:
        refuse_stale(tenant, expected_version)
    if not confirms_ends and secrets_to_end(tenant.pk, policy, now=now).exists():
        sentence = _("Select the checkbox to set expiration dates on these secrets, or go Back.")
        raise RuleBroken(sentence, field="confirms_ends")
    before, after = asdict(held), asdict(policy)
    if changed := [name for name in after if before[name] != after[name]]:
        Tenant.objects.filter(pk=tenant.pk).update(**after, version=tenant.version + 1)
        before, after = ({name: some[name] for name in changed} for some in (before, after))
        audit.record("policies.set", tenant, actor=actor, now=now, before=before, after=after)
    return policy


def end_old_secrets(*, now: datetime) -> None:
    """Set expiration dates on secrets where forced rotation requires it: a task of the worker."""
    for tenant in Tenant.objects.exclude(rotation_days=None):
        policy = tenant_policy(tenant.pk)
        late = secrets_to_end(tenant.pk, policy, now=now).select_related("client")
        for secret in late.order_by("pk")[:_BATCH]:
            _set_expiration(secret, policy, tenant_id=tenant.pk, now=now)


@transaction.atomic
def _set_expiration(
    secret: ClientSecret, policy: TenantPolicy, *, tenant_id: UUID, now: datetime
) -> None:
    try:
        client = locked(secret.client)
    except NotFound:  # removed in the meantime
        return
    secret = client.secrets.get(pk=secret.pk)
    end = policy.forced_end(created_at=secret.created_at, now=now)
    if end is None or secret.removed_at or (secret.expires_at and secret.expires_at <= end):
        return
    before = values_of(secret)
    secret.expires_at = end
    save_edited(secret, client, before=before, actor=Actor.system(tenant_id), now=now)
