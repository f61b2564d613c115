"""Addresses of routes for rows of a tenant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from clients_app.models import Person
from clients_app.services.clients.removal import remove_client
from tests.actors import command_line_in
from tests.conftest import Machine
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_api, make_client, make_person, make_role

Reach = Callable[[str], str]


def reach_of(machine: Machine, now: datetime) -> Reach:
    """Return a function that returns an address of a route for rows of the tenant."""
    tenant = machine.client.tenant
    removed = make_client("Removed", tenant, now=now).client
    remove_client(removed, actor=command_line_in(tenant), now=now)
    invited = make_person("invited", tenant)
    Person.objects.filter(pk=invited.pk).update(invitation_ends_at=now + timedelta(days=7))
    values = {
        "provider_id": "nobody",
        "person_id": make_person("heron", tenant).pk,
        "invited_id": invited.pk,
        "client_id": machine.client.pk,
        "application_id": machine.client.pk,
        "secret_id": machine.secret.pk,
        "identity_id": insert_identities(machine.client, 1, expires_at=None)[0].pk,
        "key_id": insert_keys(machine.client, 1, expires_at=None)[0].pk,
        "preset": "github",
        "removed_id": removed.pk,
        "role_id": make_role("Pump reader", tenant).pk,
        "api_id": make_api("Pump orders", tenant, "orders.read").pk,
        "client_type": "hybrid",
        "operation": "tags",
        "tab": "roles",
        "filter_id": 4711,
        "passkey_id": 4711,
        "purpose": "sign-in",
        "link": "x-y",
        "channel": "webhook",
        "delivery_id": uuid4(),
        "session_id": "of-nobody",
        "key": "of-nobody",
    }

    def reach(route: str) -> str:
        for name, value in values.items():
            route = route.replace(f"<{name}>", str(value))
        return f"/{route}"

    return reach
