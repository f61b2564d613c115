"""Deeds on roles."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken, gettext_noop
from clients_app.limits import ROLE_DESCRIPTION_MAX, ROLES_MAX
from clients_app.models import Role, Tenant
from clients_app.policies import Action, require
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.names import clean_line, clean_role_name, key_of


def add_role(name: str, *, description: str, actor: Actor, now: datetime) -> Role:
    """Give the actor's tenant a custom role.

    Errors: RuleBroken for a bad name or description; Conflict where the name is taken, ignoring
    case; Forbidden.
    Source: product rule, "Role Name, Description".
    """
    name = clean_role_name(name)
    description = clean_line(description, maximum=ROLE_DESCRIPTION_MAX, field="description")
    with transaction.atomic():
        require(actor, Action.ADD_ROLE)
        Tenant.objects.select_for_update(no_key=True).get(pk=actor.tenant_id)
        if Role.objects.for_tenant(actor.tenant_id).filter(name_key=key_of(name)).exists():
            raise Conflict(
                gettext_noop("There is a role named %(name)s already. Enter another name."),
                field="name",
                name=name,
            )
        role = Role.objects.create(tenant_id=actor.tenant_id, name=name, description=description)
        after = {"name": name, "description": description}
        audit.record("role.added", role, actor=actor, now=now, after=after)
    return role


def roles_to_carry(role_ids: frozenset[UUID], *, tenant_id: UUID) -> list[Role]:
    """Return the roles with these ids, and Tenant Member, which is always among them.

    Errors: RuleBroken for a role that the tenant does not have, and for more than 25.
    """
    own = Role.objects.for_tenant(tenant_id)
    roles = list(own.filter(pk__in=role_ids) | own.filter(role_type_id=TENANT_MEMBER))
    if role_ids - {role.pk for role in roles}:
        raise RuleBroken(
            gettext_noop("Select roles from the list. One of them is not there any more."),
            field="roles",
        )
    if len(roles) > ROLES_MAX:
        raise RuleBroken(
            gettext_noop("Select at most %(maximum)s roles, Tenant Member included."),
            field="roles",
            maximum=ROLES_MAX,
        )
    return sorted(roles, key=lambda role: role.name_key)
