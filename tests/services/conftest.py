"""The administrator, as operations get them."""

import pytest

from clients_app.actors import Actor
from clients_app.models import Person
from tests.actors import actor_for


@pytest.fixture
def mara(administrator: Person) -> Actor:
    """The administrator of the tenant, who has just proved who they are."""
    return actor_for(administrator)
