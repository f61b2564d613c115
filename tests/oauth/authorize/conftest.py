"""Two applications, and a request that either of them may send."""

import pytest

from clients_app.models import Client, Tenant
from tests.factories import make_application
from tests.oauth.authorize.requests import HTTPS_CALLBACK, LOOPBACK_CALLBACK, PRIVATE_CALLBACK


@pytest.fixture
def application(tenant: Tenant) -> Client:
    """Rooms, an Authorization Code client."""
    callbacks = (HTTPS_CALLBACK, LOOPBACK_CALLBACK, PRIVATE_CALLBACK)
    return make_application("Rooms", tenant, redirect_uris=callbacks)


@pytest.fixture
def hybrid(tenant: Tenant) -> Client:
    """Shifts, a Hybrid client."""
    return make_application("Shifts", tenant, client_type="hybrid")


@pytest.fixture
def first_party(application: Client) -> None:
    """Nobody is asked whether the applications may have what they ask for."""
    Client.objects.update(skips_consent=True)
