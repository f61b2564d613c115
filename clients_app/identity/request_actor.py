"""The person behind a request, as the services know him."""

from django.http import HttpRequest

from clients_app.actors import Actor, ActorKind
from clients_app.http.peer_address import address_of
from clients_app.models import Person


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
