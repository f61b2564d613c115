"""A client, its administrator, and an edit of it."""

import pytest

from clients_app.actors import Actor
from clients_app.models import Client, Tenant
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.edits import edit_client
from tests.factories import make_client
from tests.moments import NOW, SECOND

LATER = NOW + SECOND


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant, tags=("north",)).client


def edit(client: Client, draft: ClientDraft, actor: Actor, expected_version: int = 1) -> Client:
    return edit_client(client, draft, expected_version=expected_version, actor=actor, now=LATER)
