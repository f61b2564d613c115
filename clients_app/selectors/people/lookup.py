"""The people of a tenant and their rights."""

from uuid import UUID

from django.db.models import QuerySet

from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_CUSTOM


def tenant_people(tenant_id: UUID) -> QuerySet[Person]:
    """Return the people of a tenant, by username."""
    return Person.objects.filter(tenant_id=tenant_id).order_by("username_key")


def rights_of(person: Person) -> frozenset[UUID]:
    """Return the Role Type Ids of the built-in roles that the person has now."""
    held = person.roles.exclude(role_type_id=TENANT_CUSTOM)
    return frozenset(held.values_list("role_type_id", flat=True))


def people_who_administer(tenant_id: UUID) -> QuerySet[Person]:
    """Return the active Tenant Administrators of a tenant."""
    return Person.objects.filter(
        tenant_id=tenant_id, is_active=True, roles__role_type_id=TENANT_ADMINISTRATOR
    )
