"""Fixtures for guesses at passwords and codes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.identity.sign_on import discovery
from clients_app.models import Person, Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.rules.sign_on_providers import SignOnProvider
from clients_app.services import failure_limits
from clients_app.services.activity import refused_attempts
from clients_app.services.people import guess_notices
from tests.factories import make_person
from tests.identity.guesses import sign_in
from tests.identity.lying_provider import CLIENT_ID, CLIENT_SECRET, LyingProvider, lying_provider
from tests.portal_process import PASSWORD


@pytest.fixture
def no_guesses(db: None) -> None:
    """No attempts so far."""
    failure_limits.reset()
    guess_notices.noted.clear()


@pytest.fixture
def known(colleague: Person) -> Browser:
    """A signed-out browser in which Jonas has signed in before."""
    browser = Browser()
    assert sign_in(on=browser).status_code == 303
    browser.post("/sign-out")
    return browser


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    """A provider that says what a test tells it to."""
    discovery.forget()
    with lying_provider() as running:
        yield running
    discovery.forget()


@pytest.fixture
def sign_on(provider: LyingProvider, settings: Any) -> SignOnProvider:
    """Single sign-on with the provider, which is called Example."""
    made = SignOnProvider(
        id="1",
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        name="Example",
    )
    settings.SIGN_ON_PROVIDERS = (made,)
    return made


@pytest.fixture
def mara(tenant: Tenant, sign_on: SignOnProvider) -> Person:
    """A Tenant Administrator with the email address that the provider names; no Staff."""
    return make_person(
        "mara", tenant, TENANT_ADMINISTRATOR, email="mara@example.com", password=PASSWORD
    )


@pytest.fixture
def nothing_noted(db):
    """No refused attempt of other tests is remembered."""
    refused_attempts.forget()
    failure_limits.reset()
