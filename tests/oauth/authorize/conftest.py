"""Two applications, and a request that either of them may send."""

from datetime import datetime

import pytest

from clients_app.models import Authorization, Client, Person, Tenant
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.tokens.id_tokens import issue_id_token
from tests.conftest import browser_of
from tests.factories import make_application
from tests.oauth.authorize.requests import (
    HTTPS_CALLBACK,
    LOOPBACK_CALLBACK,
    PRIVATE_CALLBACK,
    ask,
    params_of,
)
from tests.shared_rows import Copies, Share


@pytest.fixture(scope="module")
def shared_application(share: Share[Client], shared_tenant: Copies[Tenant]) -> Copies[Client]:
    return share(lambda: make_rooms(shared_tenant())) if shared_tenant else None


@pytest.fixture
def application(tenant: Tenant, shared_application: Copies[Client]) -> Client:
    """Rooms, an Authorization Code client."""
    return shared_application() if shared_application else make_rooms(tenant)


def make_rooms(tenant: Tenant) -> Client:
    callbacks = (HTTPS_CALLBACK, LOOPBACK_CALLBACK, PRIVATE_CALLBACK)
    return make_application("Rooms", tenant, redirect_uris=callbacks)


@pytest.fixture(scope="module")
def shared_hybrid(share: Share[Client], shared_tenant: Copies[Tenant]) -> Copies[Client]:
    return share(lambda: make_shifts(shared_tenant())) if shared_tenant else None


@pytest.fixture
def hybrid(tenant: Tenant, shared_hybrid: Copies[Client]) -> Client:
    """Shifts, a Hybrid client."""
    return shared_hybrid() if shared_hybrid else make_shifts(tenant)


def make_shifts(tenant: Tenant) -> Client:
    return make_application("Shifts", tenant, client_type="hybrid")


@pytest.fixture
def first_party(application: Client) -> None:
    """Nobody is asked whether the applications may have what they ask for."""
    Client.objects.update(skips_consent=True)


@pytest.fixture
def hint(administrator: Person, application: Client, now: datetime) -> str:
    """An ID token about Mara for Rooms."""
    key = ensure_active_key(now=now)
    ask(browser_of(administrator), params_of(application))
    return issue_id_token(Authorization.objects.get(), kid=key.kid, now=now)
