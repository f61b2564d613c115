"""Adding, editing and removing roles, and the roles that a person or client may have."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Conflict, NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import ROLE_DESCRIPTION_MAX, ROLES_MAX, TOKEN_ROLES_MAX_BYTES
from clients_app.models import ClientRole, Role
from clients_app.permissions import Action, require
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.lookalikes import built_in_role_like
from clients_app.rules.names import clean_line, clean_role_name, key_of
from clients_app.rules.role_claims import role_claims_bytes
from clients_app.services.clients.sort_columns import update_first_role_of_clients
from clients_app.services.locks import lock_tenant, refuse_stale


@transaction.atomic
def add_role(name: str, *, description: str, actor: Actor, now: datetime) -> Role:
    """Add a custom role to the actor's tenant.

    Errors: RuleBroken for a bad name or description; Conflict if the name is taken, ignoring case;
    Forbidden.
    Source: ROL-3.
    """
    after = _cleaned(name, description)
    require(actor, Action.ADD_ROLE)
    _lock_tenant_and_refuse_taken(after["name"], tenant_id=actor.tenant_id)
    role = Role.objects.create(tenant_id=actor.tenant_id, **after)
    audit.record("role.added", role, actor=actor, now=now, after=after)
    return role


@transaction.atomic
def edit_role(
    role_id: UUID,
    *,
    name: str,
    description: str,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Role:
    """Rename or describe a custom role; people and clients keep it, because its id stays.

    Errors: as ``add_role``; RuleBroken for a built-in role; ChangedMeanwhile; NotFound.
    """
    after = _cleaned(name, description)
    require(actor, Action.EDIT_ROLE)
    _lock_tenant_and_refuse_taken(after["name"], tenant_id=actor.tenant_id, but=role_id)
    role = _custom_role(role_id, tenant_id=actor.tenant_id)
    before = {"name": role.name, "description": role.description}
    if before != after:
        refuse_stale(role, expected_version)
        role.name, role.description = after["name"], after["description"]
        role.version += 1
        role.save()
        _refuse_longer_tokens(role, before=before["name"])
        update_first_role_of_clients(role)
        audit.record("role.edited", role, actor=actor, now=now, before=before, after=after)
    return role


@transaction.atomic
def remove_role(
    role_id: UUID, *, expected_version: int | None = None, actor: Actor, now: datetime
) -> Role:
    """Remove a custom role, also from everyone who has it; the event records how many.

    Errors: RuleBroken for a built-in role; ChangedMeanwhile; Forbidden; NotFound.
    """
    require(actor, Action.REMOVE_ROLE)
    lock_tenant(actor.tenant_id)
    role = _custom_role(role_id, tenant_id=actor.tenant_id)
    refuse_stale(role, expected_version)
    before = {
        "name": role.name,
        "description": role.description,
        "clients": role.clients.count(),
        "people": role.people.count(),
    }
    update_first_role_of_clients(role, removing=True)
    removed = Role(pk=role.pk, tenant_id=role.tenant_id, name=role.name)
    role.delete()
    audit.record("role.removed", removed, actor=actor, now=now, before=before)
    return removed


def roles_with_member(role_ids: frozenset[UUID], *, tenant_id: UUID) -> list[Role]:
    """Return the roles with these ids and Tenant Member, which everyone has.

    Errors: RuleBroken (roles) for a role that the tenant does not have, and for more than 25.
    """
    own = Role.objects.for_tenant(tenant_id)
    roles = own.filter(Q(pk__in=role_ids) | Q(role_type_id=TENANT_MEMBER)).order_by("name_key")
    if role_ids - {role.pk for role in roles}:
        sentence = _("Select roles from the list. One of them is not there any more.")
        raise RuleBroken(sentence, field="roles")
    if len(roles) > ROLES_MAX:
        sentence = _("Select at most %(maximum)s roles, Tenant Member included.")
        raise RuleBroken(sentence, field="roles", maximum=ROLES_MAX)
    return list(roles)


def _cleaned(name: str, description: str) -> dict[str, str]:
    name = clean_role_name(name)
    line = clean_line(description, maximum=ROLE_DESCRIPTION_MAX, field="description")
    return {"name": name, "description": line}


def _refuse_longer_tokens(role: Role, *, before: str) -> None:
    """Raise RuleBroken (name) if the new name makes the tokens of a client too long."""
    if role_claims_bytes([role.name]) <= role_claims_bytes([before]):
        return
    holders = ClientRole.objects.filter(role=role).values("client")
    carried = ClientRole.objects.filter(client__in=holders).order_by("client")
    rows = carried.values_list("client", "role__name").iterator()
    for _client, of_client in groupby(rows, key=itemgetter(0)):
        if role_claims_bytes(name for _client, name in of_client) > TOKEN_ROLES_MAX_BYTES:
            sentence = _(
                "Enter a shorter name. With this one the tokens of a client that carries the role "
                "would be too long."
            )
            raise RuleBroken(sentence, field="name")


def _custom_role(role_id: UUID, *, tenant_id: UUID) -> Role:
    role = Role.objects.for_tenant(tenant_id).filter(pk=role_id).first()
    if role is None:
        raise NotFound(_("There is no such role. It may have been removed."))
    if role.is_built_in:
        raise RuleBroken(_("Built-in roles can be neither edited nor removed."))
    return role


def _lock_tenant_and_refuse_taken(name: str, *, tenant_id: UUID, but: UUID | None = None) -> None:
    lock_tenant(tenant_id)
    namesake = Role.objects.for_tenant(tenant_id).filter(name_key=key_of(name)).first()
    if namesake is not None and namesake.pk != but:
        sentence = _("There is a role named %(name)s already. Enter another name.")
        raise Conflict(sentence, field="name", name=name)
    if alike := built_in_role_like(name):
        sentence = _("Enter another name. This one looks like the built-in role %(name)s.")
        raise Conflict(sentence, field="name", name=alike)
