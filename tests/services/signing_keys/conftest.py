"""Signing keys, and an actor who may rotate and revoke them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.models import SigningKey, Tenant
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.actors import command_line_in
from tests.moments import NOW


@pytest.fixture(autouse=True)
def _quick_keys(settings: Any) -> Iterator[None]:
    """Keys of the fastest algorithm; this process forgets them after the test."""
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    yield
    private_keys.forget()


@pytest.fixture
def active_key(tenant: Tenant) -> SigningKey:
    """The active key, the only one."""
    return ensure_active_key(now=NOW)


@pytest.fixture
def key(db: None, now: datetime) -> SigningKey:
    """An active key that was made a moment ago."""
    return ensure_active_key(now=now)


@pytest.fixture
def operator(tenant: Tenant) -> Actor:
    return command_line_in(tenant)
