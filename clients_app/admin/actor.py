"""The member of Staff who asks, as the services know him: in each tenant, with all its rights."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from clients_app import conf
from clients_app.actors import Actor, ActorKind
from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.peer_addresses import peer_address


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
        address=peer_address(
            request.META["REMOTE_ADDR"],
            request.headers.get("X-Forwarded-For", ""),
            conf.trusted_proxies(),
        ),
        operation_id=getattr(request, "operation_id", ""),
    )


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person."""
    assert isinstance(request.user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
    return request.user


def zone_of(person: Person) -> ZoneInfo:
    """Return the person's own time zone, else the installation's."""
    return ZoneInfo(person.time_zone) if person.time_zone else conf.installation_zone()
