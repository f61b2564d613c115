"""The person who asks, as the services know him."""

from django.http import HttpRequest

from clients_app import selectors
from clients_app.actors import Actor, ActorKind
from clients_app.browsers.address import address_of
from clients_app.browsers.person import person_of
from clients_app.models import Person


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
