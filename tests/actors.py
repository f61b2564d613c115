"""Who acts in tests: the command line, a person who just proved who they are, a machine."""

from dataclasses import replace

from clients_app.actors import Actor, ActorKind
from clients_app.identity.actor import person_actor
from clients_app.models import Client, Person, Tenant
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from clients_app.selectors.people.lookup import rights_of


def command_line_in(tenant: Tenant) -> Actor:
    return Actor.command_line(tenant.pk)


def actor_for(person: Person) -> Actor:
    return replace(person_actor(person, rights_of(person)), has_fresh_proof=lambda: True)


def machine_of(client: Client) -> Actor:
    """Return the actor of a client that uses its own token."""
    held = client.roles.exclude(role_type_id=TENANT_CUSTOM)
    return Actor(
        kind=ActorKind.CLIENT,
        tenant_id=client.tenant_id,
        id=str(client.pk),
        name=client.name,
        rights=frozenset(held.values_list("role_type_id", flat=True)),
    )
