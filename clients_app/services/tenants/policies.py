"""Setting the policies of a tenant, and what they do to what exists already."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.models import ClientSecret, Tenant
from clients_app.permissions import Action, require
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.tenants.policies import secrets_to_end, tenant_policy
from clients_app.services.locks import lock_tenant, locked
from clients_app.services.secrets.changes import described, save_edited
from clients_app.services.versions import refuse_stale

_AT_ONCE: Final = 1000  # secrets given an end in one go; the others a minute later


def set_policies(
    policy: TenantPolicy,
    *,
    expected_version: int | None,
    confirms_ends: bool,
    actor: Actor,
    now: datetime,
) -> TenantPolicy:
    """Let the tenant demand ``policy`` of all that is added or edited from now on.

    ``expected_version`` is that of the tenant on which the form was filled; None: there was none.
    ``confirms_ends`` says yes to the ends that forced rotation gives to secrets that exist.
    Errors: Forbidden; ChangedMeanwhile; RuleBroken (confirms_ends) where that yes is missing.
    """
    require(actor, Action.SET_POLICIES)
    with transaction.atomic():
        tenant = lock_tenant(actor.tenant_id)
        held = tenant_policy(tenant.pk)
        if policy != held:
            refuse_stale(tenant, expected_version)
        ending = secrets_to_end(actor.tenant_id, policy, now=now)
        if not confirms_ends and ending.exists():
            raise RuleBroken(
                gettext_noop(
                    "Select the checkbox to set expiration dates on these secrets, or go Back."
                ),
                field="confirms_ends",
            )
        before, after = asdict(held), asdict(policy)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            Tenant.objects.filter(pk=tenant.pk).update(**after, version=tenant.version + 1)
            audit.record(
                "policies.set",
                tenant,
                actor=actor,
                now=now,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return policy


def end_old_secrets(*, now: datetime) -> None:
    """Give an end to the secrets that forced rotation demands one of: a task of the worker."""
    for tenant in Tenant.objects.exclude(rotation_days=None):
        policy = tenant_policy(tenant.pk)
        late = secrets_to_end(tenant.pk, policy, now=now).select_related("client")
        for secret in late.order_by("pk")[:_AT_ONCE]:
            _give_end(secret, policy, tenant_id=tenant.pk, now=now)


def _give_end(
    secret: ClientSecret, policy: TenantPolicy, *, tenant_id: UUID, now: datetime
) -> None:
    actor = Actor.system(tenant_id)
    with transaction.atomic():
        try:
            client = locked(secret.client)
        except NotFound:  # removed meanwhile
            return
        secret = client.secrets.get(pk=secret.pk)
        end = policy.forced_end(created_at=secret.created_at, now=now)
        if end is None or secret.removed_at or (secret.expires_at and secret.expires_at <= end):
            return
        before = described(secret)
        secret.expires_at = end
        save_edited(secret, client, before=before, actor=actor, now=now)
