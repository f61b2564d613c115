"""The people of a tenant and their rights."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients_app.errors import existing, gettext_noop
from clients_app.models import ClientOwner, Person, Role
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_CUSTOM
from clients_app.rules.names import key_of


def tenant_people(tenant_id: UUID) -> QuerySet[Person]:
    """Return the people of a tenant, by username."""
    return Person.objects.filter(tenant_id=tenant_id).order_by("username_key")


def get_person(tenant_id: UUID, person_id: UUID) -> Person:
    """Return a person of the tenant, or raise NotFound."""
    person = tenant_people(tenant_id).filter(pk=person_id).first()
    return existing(person, gettext_noop("There is no such person. They may have been removed."))


def person_called(tenant_id: UUID, text: str) -> Person | None:
    """Return the person of the tenant with this username or email, ignoring case."""
    key = key_of(text)
    return tenant_people(tenant_id).filter(Q(username_key=key) | Q(email_key=key)).first()


def rights_of(person: Person) -> frozenset[UUID]:
    """Return the Role Type Ids of the built-in roles that the person has now."""
    held = person.roles.exclude(role_type_id=TENANT_CUSTOM)
    return frozenset(held.values_list("role_type_id", flat=True))


def roles_of(person_id: UUID) -> QuerySet[Role]:
    """Return the roles that a person has now."""
    return Role.objects.filter(people=person_id)


def people_who_administer(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators of a tenant; an invited one must accept first."""
    active = Person.objects.filter(tenant_id=tenant_id, is_active=True, invitation_ends_at=None)
    return active.filter(roles__role_type_id=TENANT_ADMINISTRATOR)


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
