"""Callers of the REST API: programs with a token that know nothing but addresses and JSON."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from clients_app.models import Client, Tenant
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_ADMINISTRATOR, TENANT_AUDITOR
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.api.addresses import Subjects
from tests.audit.rows import all_rows
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_application, make_client
from tests.selectors.tenant_world import fill


class Caller:
    """A program with an access token; the addresses are those below its tenant."""

    def __init__(self, token: str, tenant: Tenant, client: Client | None = None) -> None:
        self.token, self.tenant, self.client = token, tenant, client
        self._wire = Browser(enforce_csrf_checks=True)

    def send(self, method: str, rest: str = "", body: Any = None, **headers: str) -> Any:
        """Send a request with a JSON ``body``; bytes are sent as they are."""
        address = rest if rest.startswith("/") else f"/api/v1/Tenants/{self.tenant.pk}"
        if rest and not rest.startswith("/"):
            address += rest if rest.startswith("?") else f"/{rest}"
        more = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
        kind = headers.pop("content_type", "application/json" if body is not None else "")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._wire.generic(method, address, sent, kind, headers={**more, **named})

    def get(self, rest: str = "", **headers: str) -> Any:
        return self.send("GET", rest, **headers)

    def post(self, rest: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", rest, body, **headers)

    def put(self, rest: str, body: Any = None, **headers: str) -> Any:
        return self.send("PUT", rest, body, **headers)

    def delete(self, rest: str, **headers: str) -> Any:
        return self.send("DELETE", rest, **headers)


def token_of(client_id: Any, plain: str) -> str:
    """Return a new access token of a client."""
    basic = base64.b64encode(f"{client_id}:{plain}".encode()).decode()
    reply = Browser().post(
        "/identity/connect/token",
        b"grant_type=client_credentials",
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {basic}"},
    )
    assert reply.status_code == 200, reply.content
    return reply.json()["access_token"]


@pytest.fixture
def calling(tenant: Tenant, now: datetime) -> Callable[..., Caller]:
    """A function that returns a caller: a new client with these built-in roles."""
    ensure_active_key(now=now)

    def call(name: str, *role_type_ids: Any, of: Tenant | None = None, **more: Any) -> Caller:
        made = make_client(
            name,
            of or tenant,
            *role_type_ids,
            now=now,
            expires_at=now + timedelta(days=100),
            **more,
        )
        return Caller(token_of(made.client.pk, made.plain), of or tenant, made.client)

    return call


@pytest.fixture
def robot(calling: Callable[..., Caller]) -> Caller:
    """A client that carries Tenant Administrator."""
    return calling("Robot", TENANT_ADMINISTRATOR)


@pytest.fixture
def member(calling: Callable[..., Caller]) -> Caller:
    """A client that carries Tenant Member alone."""
    return calling("Member")


@pytest.fixture
def auditor(calling: Callable[..., Caller]) -> Caller:
    return calling("Auditor", TENANT_AUDITOR)


@pytest.fixture
def rotator(calling: Callable[..., Caller]) -> Caller:
    return calling("Rotator", SECRET_ROTATOR)


@pytest.fixture
def subjects(robot: Caller) -> Subjects:
    """Rows of the tenant of the caller, who may do everything."""
    world = fill(robot.tenant)
    hybrid = make_application("Viewer", robot.tenant, client_type="hybrid")
    insert_keys(hybrid, 1)
    insert_identities(hybrid, 1)
    return Subjects(world, hybrid, world.application)


@pytest.fixture
def changes_nothing(subjects: Subjects) -> Iterator[None]:
    """Checks that the test changed no row."""
    before = all_rows()
    yield
    assert all_rows() == before
