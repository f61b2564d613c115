"""The people of a tenant and their rights."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import ClientOwner, Person, Role
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_CUSTOM


def tenant_people(tenant_id: UUID) -> QuerySet[Person]:
    """Return the people of a tenant, by username."""
    return Person.objects.filter(tenant_id=tenant_id).order_by("username_key")


def get_person(tenant_id: UUID, person_id: UUID) -> Person:
    """Return an active person of the tenant, or raise NotFound."""
    people = Person.objects.filter(tenant_id=tenant_id, is_active=True)
    return existing(people.filter(pk=person_id).first(), _("There is no such person."))


def rights_of(person: Person) -> frozenset[UUID]:
    """Return the Role Type Ids of the built-in roles that the person has now."""
    held = person.roles.exclude(role_type_id=TENANT_CUSTOM)
    return frozenset(held.values_list("role_type_id", flat=True))


def roles_of(person_id: UUID) -> QuerySet[Role]:
    """Return the roles that a person has now."""
    return Role.objects.filter(people=person_id)


def people_who_administer(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators of a tenant."""
    return Person.objects.filter(
        tenant_id=tenant_id, is_active=True, roles__role_type_id=TENANT_ADMINISTRATOR
    )


class Owned(NamedTuple):
    """How many clients a person owns, and how many of them nobody else owns who can sign in."""

    clients: int
    alone: int


def owned_by(person: Person) -> Owned:
    """Return how many clients that are not removed the person owns."""
    own = person.owned_clients.filter(removed_at=None)
    others = ClientOwner.objects.filter(client=OuterRef("pk"), person__is_active=True)
    alone = own.filter(~Exists(others.exclude(person=person)))
    return Owned(own.count(), alone.count())
