"""The person who asks, as the services know him."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest

from clients_app import conf, selectors
from clients_app.actors import Actor, ActorKind
from clients_app.models import Person
from clients_app.web.address import address_of


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks, with rights read from the database once for this request."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        person = person_of(request)
        actor = acting(request, person, rights=selectors.rights_of(person))
        request.actor = actor  # type: ignore[attr-defined]
    return actor


def acting(request: HttpRequest, person: Person, **known: frozenset) -> Actor:
    """Return ``person`` as the actor of ``request``."""
    return Actor(
        kind=ActorKind.PERSON,
        tenant_id=person.tenant_id,
        id=str(person.pk),
        name=str(person),
        is_staff=person.is_staff,
        address=address_of(request),
        operation_id=getattr(request, "operation_id", ""),
        **known,
    )


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person."""
    assert isinstance(request.user, Person)  # noqa: S101  narrows the type; AUTH_USER_MODEL
    return request.user


def zone_of(person: Person) -> ZoneInfo:
    """Return the person's own time zone, else the installation's."""
    return ZoneInfo(person.time_zone) if person.time_zone else conf.installation_zone()
