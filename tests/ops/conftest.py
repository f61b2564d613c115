"""What probes and metrics need: a client with an IP address, and an active key."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Tenant
from clients_app.services.signing_keys import private_keys
from tests.shared_rows import Share


@pytest.fixture(scope="module")
def share() -> Share[Any]:
    """No rows are shared: a probe that fails closes the connection, with its transaction."""
    return lambda make: None


@pytest.fixture
def probe() -> Browser:
    """A client that uses an IP address, as orchestrators do, and does not sign in."""
    return Browser(headers={"Host": "10.1.2.3:8000"})


@pytest.fixture
def key(tenant: Tenant, now: datetime) -> None:
    """An active key."""
    private_keys.new_key(now=now, state="active", activated_at=now).save()
    private_keys.forget()
