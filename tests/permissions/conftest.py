"""The actors of the permission table, and what they act on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clients_app.actors import Actor
from clients_app.models import Client, ClientOwner, Person, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR, TENANT_AUDITOR
from tests.actors import actor_for, command_line_in, machine_of
from tests.factories import insert_clients, make_client, make_person, role_id


@pytest.fixture
def ordinary_client(tenant: Tenant) -> Client:
    return insert_clients(["Mill"], tenant)[0]


@pytest.fixture
def robot(tenant: Tenant) -> Client:
    """A client that carries Tenant Administrator."""
    client = insert_clients(["Robot"], tenant)[0]
    client.roles.add(role_id(tenant, TENANT_ADMINISTRATOR))
    return client


@pytest.fixture
def foreign_client(stranger: Person) -> Client:
    return insert_clients(["Theirs"], stranger.tenant)[0]


@pytest.fixture
def actor_named(
    request: pytest.FixtureRequest,
    tenant: Tenant,
    administrator: Person,
    ordinary_client: Client,
    robot: Client,
) -> Callable[[str], Actor]:
    """A function that returns the actor of a column."""

    def owner() -> Actor:
        person = make_person("olga", tenant)
        for client in (ordinary_client, robot):
            ClientOwner.objects.create(client=client, person=person)
        return actor_for(person)

    makers: dict[str, Callable[[], Actor]] = {
        "administrator": lambda: actor_for(administrator),
        "viewer": lambda: actor_for(request.getfixturevalue("colleague")),
        "auditor": lambda: actor_for(make_person("aude", tenant, TENANT_AUDITOR)),
        "rotator": lambda: actor_for(make_person("rolf", tenant, SECRET_ROTATOR)),
        "owner": owner,
        "machine": lambda: machine_of(make_client("Reader", tenant).client),
        "robot": lambda: machine_of(make_client("Second", tenant, TENANT_ADMINISTRATOR).client),
        "shell": lambda: command_line_in(tenant),
        "staff": lambda: replace(
            actor_for(make_person("stan", tenant, TENANT_ADMINISTRATOR, is_staff=True)),
            is_staff=True,
        ),
        "stranger": lambda: actor_for(request.getfixturevalue("stranger")),
    }
    return lambda name: makers[name]()
