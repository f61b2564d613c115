"""Adding a tenant, from the command line or at the first start."""

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict
from clients_app.errors import gettext_noop as _
from clients_app.models import Role, Tenant
from clients_app.models.defaults import new_id
from clients_app.rules.built_in_roles import BUILT_IN_ROLES
from clients_app.rules.names import clean_tenant_name


def add_tenant(name: str, *, actor: Actor, now: datetime) -> Tenant:
    """Add an organisation with its built-in roles.

    ``actor`` is the command line or the system.
    Errors: RuleBroken for a bad name; Conflict if another tenant has it.
    """
    name = clean_tenant_name(name)
    tenant = Tenant(id=new_id(), name=name)
    actor = replace(actor, tenant_id=tenant.id)
    if not actor.is_trusted:
        raise ValueError("Only the command line and the system can add tenants.")
    with transaction.atomic():
        _insert(tenant)
        for role in BUILT_IN_ROLES:
            Role.objects.create(tenant=tenant, **role._asdict())
        audit.record("tenant.added", tenant, actor=actor, now=now, after={"name": name})
    return tenant


def _insert(tenant: Tenant) -> None:
    try:
        with transaction.atomic():
            tenant.save(force_insert=True)
    except IntegrityError as error:
        sentence = _("There is a tenant named %(name)s already. Enter another name.")
        raise Conflict(sentence, field="name", name=tenant.name) from error
