"""The standing actors. The tenant and its administrator are made once for each module."""

import pytest

from clients_app.models import Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_VIEWER
from tests.factories import make_person, make_tenant
from tests.portal_process import PASSWORD
from tests.shared_rows import Copies, Share


@pytest.fixture(scope="module")
def shared_tenant(share: Share[Tenant]) -> Copies[Tenant]:
    return share(lambda: make_tenant("Herons Ltd"))


@pytest.fixture
def tenant(db: None, shared_tenant: Copies[Tenant]) -> Tenant:
    """The organisation that the standing actors belong to."""
    return shared_tenant() if shared_tenant else make_tenant("Herons Ltd")


@pytest.fixture(scope="module")
def shared_administrator(share: Share[Person], shared_tenant: Copies[Tenant]) -> Copies[Person]:
    return share(lambda: make_administrator(shared_tenant())) if shared_tenant else None


@pytest.fixture
def administrator(tenant: Tenant, shared_administrator: Copies[Person]) -> Person:
    """Mara, a Tenant Administrator and Staff, like the first administrator of an installation."""
    person = shared_administrator() if shared_administrator else make_administrator(tenant)
    person.tenant = tenant
    return person


@pytest.fixture
def colleague(tenant: Tenant) -> Person:
    """Jonas of the same tenant, a Tenant Viewer and Tenant Member, who may only read."""
    return make_person("jonas", tenant, TENANT_VIEWER, password=PASSWORD)


@pytest.fixture
def stranger(db: None) -> Person:
    """Zofia, the Tenant Administrator of another tenant."""
    return make_person("zofia", make_tenant("Cranes GmbH"), TENANT_ADMINISTRATOR, password=PASSWORD)


def make_administrator(tenant: Tenant) -> Person:
    return make_person("mara", tenant, TENANT_ADMINISTRATOR, password=PASSWORD, is_staff=True)
