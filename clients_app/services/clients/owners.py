"""Who owns a client, where a policy of the tenant demands that someone does."""

from uuid import UUID

from clients_app.actors import Actor, ActorKind
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.models import Client, ClientOwner, Person
from clients_app.selectors.tenants.policies import tenant_policy


def owners_of_new(owner_ids: frozenset[UUID], *, actor: Actor) -> list[Person]:
    """Return who will own a new client: those named; else, where one is required, the actor.

    Errors: RuleBroken for someone of elsewhere, and where nobody can be found.
    """
    people = Person.objects.filter(tenant_id=actor.tenant_id, is_active=True)
    owners = list(people.filter(pk__in=owner_ids).order_by("username_key"))
    if len(owners) != len(owner_ids):
        raise RuleBroken(gettext_noop("Name Owners of this tenant."))
    if owners or not tenant_policy(actor.tenant_id).owner_required:
        return owners
    if actor.kind is ActorKind.PERSON:
        owners = list(people.filter(pk=actor.id))
    if not owners:
        raise RuleBroken(gettext_noop("A policy of this tenant requires an owner. Name one."))
    return owners


def refuse_ownerless(owners: list[Person], *, tenant_id: UUID) -> None:
    """Return if a client of the tenant may have exactly these ``owners``.

    Errors: RuleBroken (field owners).
    """
    active = any(owner.is_active for owner in owners)
    if not active and tenant_policy(tenant_id).owner_required:
        raise RuleBroken(
            gettext_noop("A policy of this tenant requires an owner. Select at least one person."),
            field="owners",
        )


def insert_owners(client: Client, owners: list[Person]) -> None:
    """Write the rows that say who owns a client; part of a larger operation."""
    ClientOwner.objects.bulk_create(ClientOwner(client=client, person=p) for p in owners)
