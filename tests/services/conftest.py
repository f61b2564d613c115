"""The administrator, as operations get them."""

import pytest

from clients_app.actors import Actor
from clients_app.models import Person
from tests import shared_actors
from tests.actors import actor_for

shared_tenant, tenant = shared_actors.shared_tenant, shared_actors.tenant
shared_administrator = shared_actors.shared_administrator
administrator = shared_actors.administrator


@pytest.fixture
def mara(administrator: Person) -> Actor:
    """The administrator of the tenant, who has just proved who they are."""
    return actor_for(administrator)
