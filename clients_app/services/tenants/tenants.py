"""Adding a tenant, from the command line or at the first start, and renaming it."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, NotFound
from clients_app.errors import gettext_noop as _
from clients_app.models import Api, Role, Tenant
from clients_app.models.defaults import new_id
from clients_app.permissions import Action, require
from clients_app.rules.built_in_roles import BUILT_IN_ROLES
from clients_app.rules.names import clean_tenant_name
from clients_app.services.locks import lock_tenant, refuse_stale

BUILT_IN_API: Final = "Built-in API"


def add_tenant(name: str, *, actor: Actor, now: datetime) -> Tenant:
    """Add an organisation with its built-in roles and API.

    ``actor`` is the command line or the system. On a public portal, the policy requires a second
    factor of administrators from the start (POL-2).
    Errors: RuleBroken for a bad name; Conflict if another tenant has it.
    """
    name = clean_tenant_name(name)
    tenant = Tenant(id=new_id(), name=name, mfa_for_administrators=settings.HTTPS)
    actor = replace(actor, tenant_id=tenant.id)
    if not actor.is_trusted:
        raise ValueError("Only the command line and the system can add tenants.")
    with transaction.atomic():
        _save(tenant, force_insert=True)
        for role in BUILT_IN_ROLES:
            Role.objects.create(tenant=tenant, **role._asdict())
        times = {"created_at": now, "updated_at": now}
        by = {"created_by": actor.name, "updated_by": actor.name}
        Api.objects.create(id=tenant.pk, tenant=tenant, name=BUILT_IN_API, **times, **by)
        audit.record("tenant.added", tenant, actor=actor, now=now, after={"name": name})
    return tenant


@transaction.atomic
def rename_tenant(
    tenant: Tenant,
    *,
    name: str,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Tenant:
    """Give the tenant another name.

    Errors: RuleBroken for a bad name; Conflict if another tenant has it; ChangedMeanwhile;
    Forbidden; NotFound for another tenant than the actor's.
    Source: TEN-5.
    """
    name = clean_tenant_name(name)
    if tenant.pk != actor.tenant_id:
        raise NotFound(_("There is no such tenant."))
    require(actor, Action.RENAME_TENANT)
    tenant = lock_tenant(tenant.pk)
    before = {"name": tenant.name}
    if name != tenant.name:
        refuse_stale(tenant, expected_version)
        tenant.name, tenant.version = name, tenant.version + 1
        _save(tenant, update_fields=["name", "version", "updated_at"])
        after = {"name": name}
        audit.record("tenant.renamed", tenant, actor=actor, now=now, before=before, after=after)
    return tenant


def _save(tenant: Tenant, **how: Any) -> None:
    try:
        with transaction.atomic():
            tenant.save(**how)
    except IntegrityError as error:
        sentence = _("There is a tenant named %(name)s already. Enter another name.")
        raise Conflict(sentence, field="name", name=tenant.name) from error
