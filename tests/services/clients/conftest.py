"""A client, its administrator, and an edit of it."""

import pytest

from clients_app.actors import Actor
from clients_app.models import Client, Person, Tenant
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import edit_client
from tests.actors import actor_for
from tests.factories import make_client
from tests.moments import NOW, SECOND

LATER = NOW + SECOND


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant, tags=("north",)).client


@pytest.fixture
def mara(administrator: Person) -> Actor:
    return actor_for(administrator)


def edit(client: Client, draft: ClientDraft, actor: Actor, expected_version: int = 1) -> Client:
    return edit_client(client, draft, expected_version=expected_version, actor=actor, now=LATER)
