"""The signed-in person of a request as an actor."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.http import HttpRequest

from clients_app.actors import Actor, ActorKind
from clients_app.http.peer_address import address_of
from clients_app.identity.last_proof import has_fresh_proof
from clients_app.identity.person import person_of
from clients_app.models import Person
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.people.lookup import rights_of


def actor_of(request: HttpRequest, *, tenant_id: UUID | None = None) -> Actor:
    """Return the signed-in person with their rights, read once for each request.

    With ``tenant_id``, Staff act in that tenant with all its rights (TEN-3).
    """
    person = person_of(request)
    if tenant_id is not None:
        rights = frozenset({TENANT_ADMINISTRATOR} if person.is_staff else ())
        return replace(_of_session(request, rights), tenant_id=tenant_id)
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        actor = _of_session(request, rights_of(person))
        request.actor = actor  # type: ignore[attr-defined]  # kept for this request
    return actor


def person_actor(person: Person, rights: frozenset[UUID]) -> Actor:
    """Return ``person`` as an actor with these rights."""
    return Actor(
        kind=ActorKind.PERSON,
        tenant_id=person.tenant_id,
        id=str(person.pk),
        name=str(person),
        rights=rights,
    )


def acting(request: HttpRequest, person: Person, *, rights: frozenset[UUID] = frozenset()) -> Actor:
    """Return ``person`` as the actor of ``request``, signed in or not."""
    return replace(
        person_actor(person, rights),
        is_staff=person.is_staff,
        address=address_of(request),
        operation_id=getattr(request, "operation_id", ""),
    )


def _of_session(request: HttpRequest, rights: frozenset[UUID]) -> Actor:
    actor = acting(request, person_of(request), rights=rights)
    return replace(actor, has_fresh_proof=partial(has_fresh_proof, request))
