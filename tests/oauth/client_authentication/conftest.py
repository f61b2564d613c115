"""What tests of assertions begin with: nothing noted, nothing counted."""

from types import SimpleNamespace

import pytest

from clients_app.models import ClientKey, FederatedIdentity
from clients_app.services.credentials import key_sets, near_misses
from clients_app.services.usage import counts
from tests.oauth.assertions import key_of, register
from tests.oauth.client_authentication.platforms import trust


@pytest.fixture(autouse=True)
def _nothing_noted(db: None) -> None:
    near_misses.noted.clear()
    near_misses.flush()  # begins a batch
    counts.refused_requests.refused.take()
    counts.issued.take()
    key_sets.forget()


@pytest.fixture
def own(good: SimpleNamespace) -> ClientKey:
    """The key of the good client."""
    return register(good.row, key_of("EC"))


@pytest.fixture
def trusted(good: SimpleNamespace) -> FederatedIdentity:
    """An identity of the good client."""
    return trust(good)
