"""A tenant with a row of each kind."""

import pytest

from tests.factories import make_tenant
from tests.selectors.tenant_world import World, fill


@pytest.fixture
def first(db: None) -> World:
    return fill(make_tenant("Northwind"))
