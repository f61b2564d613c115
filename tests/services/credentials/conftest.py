"""A client without credentials, and who changes that."""

from collections.abc import Iterator
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.models import Client, Tenant
from tests.actors import command_line_in
from tests.factories import insert_clients
from tests.key_server import KeyServer, key_server
from tests.oauth.assertions import key_of


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return insert_clients(["Pump"], tenant)[0]


@pytest.fixture
def actor(tenant: Tenant) -> Actor:
    return command_line_in(tenant)


@pytest.fixture
def server(settings: Any) -> Iterator[KeyServer]:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    with key_server() as running:
        running.publish(key_of("EC"))
        yield running
