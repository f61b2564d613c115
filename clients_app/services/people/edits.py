"""Edits of a person: roles, and whether they may sign in."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Person
from clients_app.selectors.people.lookup import people_who_administer
from clients_app.services.locks import lock_tenant, refuse_stale
from clients_app.services.people.accounts import require_charge_of
from clients_app.services.roles.roles import roles_to_carry


@transaction.atomic
def assign_person_roles(
    person: Person,
    role_ids: frozenset[UUID],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Person:
    """Give ``person`` exactly these roles and Tenant Member, from the next request on.

    ``expected_version`` is the person's version when the form was opened; None: no form.
    Errors: RuleBroken (roles), also if the tenant would lose its last Tenant Administrator;
    ChangedMeanwhile; Forbidden; NotFound.
    """
    person = _managed(person, actor=actor)
    roles = roles_to_carry(role_ids, tenant_id=person.tenant_id)
    held = list(person.roles.order_by("name_key"))
    if roles == held:
        return person
    refuse_stale(person, expected_version)
    if not any(role.is_administrator for role in roles):
        _refuse_last_administrator(person, field="roles")
    person.version += 1
    person.save(update_fields=["version"])
    person.roles.set(roles)
    before, after = ({"roles": [role.name for role in some]} for some in (held, roles))
    audit.record("person.roles.changed", person, actor=actor, now=now, before=before, after=after)
    return person


@transaction.atomic
def set_active(person: Person, *, active: bool, actor: Actor, now: datetime) -> Person:
    """Let ``person`` sign in, or refuse it and end their sessions at their next request.

    If it is so already, nothing is recorded.
    Errors: RuleBroken for the last Tenant Administrator; Forbidden; NotFound.
    """
    person = _managed(person, actor=actor)
    if person.is_active == active:
        return person
    if not active:
        _refuse_last_administrator(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    action = "person.activated" if active else "person.deactivated"
    audit.record(action, person, actor=actor, now=now)
    return person


def _managed(person: Person, *, actor: Actor) -> Person:
    """Return the current row of a person whom ``actor`` may manage.

    The tenant stays locked, so that two operations cannot both remove the last administrator.
    """
    lock_tenant(actor.tenant_id)
    row = Person.objects.filter(pk=person.pk).first()
    if row is None:
        raise NotFound(_("There is no such person."))
    require_charge_of(row, actor=actor)
    return row


def _refuse_last_administrator(person: Person, *, field: str | None = None) -> None:
    if [one.pk for one in people_who_administer(person.tenant_id)[:2]] == [person.pk]:
        sentence = _("%(name)s is the last Tenant Administrator. Make somebody else one first.")
        raise RuleBroken(sentence, field=field, name=str(person))
