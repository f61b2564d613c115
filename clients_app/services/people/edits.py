"""Edits of a person who exists: roles, and whether they may sign in."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.models import Person, PersonRole
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.locks import lock_tenant
from clients_app.services.people.accounts import require_charge_of
from clients_app.services.roles.roles import roles_to_carry
from clients_app.services.versions import refuse_stale


def assign_person_roles(
    person: Person,
    role_ids: frozenset[UUID],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Person:
    """Let ``person`` have these roles and Tenant Member, from the next request on.

    ``expected_version`` is that of the person on which a form was filled; None: there was none.
    Errors: RuleBroken (roles), also where the tenant would lose its last Tenant Administrator;
    ChangedMeanwhile; Forbidden; NotFound.
    """
    with transaction.atomic():
        person = _in_charge_of(person, actor=actor)
        roles = roles_to_carry(role_ids, tenant_id=person.tenant_id)
        held = list(person.roles.order_by("name_key"))
        if {role.pk for role in roles} == {role.pk for role in held}:
            return person
        refuse_stale(person, expected_version)
        if not any(role.is_administrator for role in roles):
            _refuse_last_administrator(person, field="roles")
        person.version += 1
        person.save(update_fields=["version"])
        PersonRole.objects.filter(person=person).delete()
        PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in roles)
        before, after = ({"roles": [role.name for role in some]} for some in (held, roles))
        audit.record(
            "person.roles.changed", person, actor=actor, now=now, before=before, after=after
        )
    return person


def set_active(person: Person, *, active: bool, actor: Actor, now: datetime) -> Person:
    """Let ``person`` sign in, or end their sessions at the next request and refuse their sign-in.

    Doing it twice changes and records nothing.
    Errors: RuleBroken for the last Tenant Administrator; Forbidden; NotFound.
    """
    with transaction.atomic():
        person = _in_charge_of(person, actor=actor)
        if person.is_active == active:
            return person
        if not active:
            _refuse_last_administrator(person)
        person.is_active = active
        person.save(update_fields=["is_active"])
        action = "person.activated" if active else "person.deactivated"
        audit.record(action, person, actor=actor, now=now)
    return person


def _in_charge_of(person: Person, *, actor: Actor) -> Person:
    """Return the row as it is now; the tenant is held, so that two cannot both be the last but one.

    Errors: Forbidden; NotFound.
    """
    lock_tenant(actor.tenant_id)
    row = Person.objects.filter(pk=person.pk).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such person."))
    require_charge_of(row, actor=actor)
    return row


def _refuse_last_administrator(person: Person, *, field: str | None = None) -> None:
    administrators = people_who_administer(person.tenant_id)
    if not administrators.filter(pk=person.pk).exists():
        return
    if not administrators.exclude(pk=person.pk).exists():
        raise RuleBroken(
            gettext_noop(
                "%(name)s is the last Tenant Administrator. Make somebody else one first."
            ),
            field=field,
            name=str(person),
        )
