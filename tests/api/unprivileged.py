"""Rows that any caller with the right role may change: none is privileged."""

from clients_app.models import Client
from tests.api.addresses import Subjects
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_application, make_tenant
from tests.selectors.tenant_world import fill


def unprivileged_subjects() -> Subjects:
    """Return rows of a tenant of their own, none of them privileged."""
    world = fill(make_tenant())
    Client.objects.update(may_introspect=False)
    hybrid = make_application("Viewer", world.tenant, client_type="hybrid")
    insert_keys(hybrid, 1)
    insert_identities(hybrid, 1)
    hybrid.owners.add(world.person)
    return Subjects(world, hybrid, world.application)
