"""The member of Staff who asks, as the services know him: in each tenant, with all its rights."""

from uuid import UUID

from django.http import HttpRequest

from clients_app.actors import Actor, ActorKind
from clients_app.http.peer_address import address_of
from clients_app.identity.person import person_of
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR


def actor_in(tenant_id: UUID, request: HttpRequest) -> Actor:
    """Return who asks, acting in this tenant (product rule, "Words": Staff, all tenants)."""
    person = person_of(request)
    return Actor(
        kind=ActorKind.PERSON,
        tenant_id=tenant_id,
        id=str(person.pk),
        name=str(person),
        rights=frozenset({TENANT_ADMINISTRATOR}),
        is_staff=True,
        address=address_of(request),
        operation_id=getattr(request, "operation_id", ""),
    )
