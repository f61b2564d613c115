"""The person who asks, as the services know him."""

from django.http import HttpRequest

from clients_app.actors import Actor
from clients_app.identity.person import person_of
from clients_app.identity.request_actor import acting
from clients_app.selectors.people.lookup import rights_of


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks, with rights read from the database once for this request."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        person = person_of(request)
        actor = acting(request, person, rights=rights_of(person))
        request.actor = actor  # type: ignore[attr-defined]  # kept for this request
    return actor
