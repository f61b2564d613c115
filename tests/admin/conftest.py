"""The Staff actors, and an installation in which every list has a row."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse

from clients_app import models
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_AUDITOR
from clients_app.services.clients.removal import remove_client
from clients_app.services.signing_keys.rotation import ensure_active_key
from tests.actors import command_line_in
from tests.conftest import browser_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import make_api, make_client, make_person, make_role, make_tenant
from tests.portal_process import PASSWORD
from tests.responses import text_of
from tests.shared_rows import Copies, Share


class Installation(NamedTuple):
    """One row of each kind in the tenant "Herons Ltd", which is not the operator's tenant."""

    tenant: models.Tenant
    person: models.Person
    role: models.Role
    client: models.Client
    removed: models.Client
    secret: models.ClientSecret
    key: models.SigningKey
    event: models.AuditEvent
    usage: models.TokenUsage
    api: models.Api
    public_key: models.ClientKey
    identity: models.FederatedIdentity

    def rows(self) -> list[Model]:
        return [row for row in self if isinstance(row, Model)]


@pytest.fixture(scope="module")
def shared_operator(share: Share[models.Person]) -> Copies[models.Person]:
    return share(make_operator)


@pytest.fixture
def operator(db: None, shared_operator: Copies[models.Person]) -> models.Person:
    """Ola, Staff, in a separate tenant, with no role except Tenant Member."""
    return shared_operator() if shared_operator else make_operator()


def make_operator() -> models.Person:
    return make_person("ola", make_tenant("Operators"), password=PASSWORD, is_staff=True)


@pytest.fixture
def staff(operator: models.Person) -> Browser:
    """Ola's browser, signed in with the password a moment ago."""
    return browser_of(operator)


@pytest.fixture
def outsiders(tenant: models.Tenant, stranger: models.Person) -> dict[str, Browser]:
    """Browsers of signed-in people who are not Staff, by kind."""
    administrator = make_person("nils", tenant, TENANT_ADMINISTRATOR, password=PASSWORD)
    auditor = make_person("aino", tenant, TENANT_AUDITOR, password=PASSWORD)
    people = {"administrator": administrator, "auditor": auditor, "stranger": stranger}
    return {name: browser_of(person) for name, person in people.items()}


@pytest.fixture(scope="module")
def shared_rows(
    share: Share[dict[str, Any]], shared_tenant: Copies[models.Tenant]
) -> Copies[dict[str, Any]]:
    return share(lambda: make_rows(shared_tenant())) if shared_tenant else None


@pytest.fixture
def installation(
    tenant: models.Tenant, shared_rows: Copies[dict[str, Any]], now: datetime
) -> Installation:
    """One row for each list of the site."""
    made = shared_rows() if shared_rows else make_rows(tenant)
    return Installation(key=ensure_active_key(now=now), **made)


def make_rows(tenant: models.Tenant) -> dict[str, Any]:
    """Make all rows of an installation but its key."""
    now = datetime.now(UTC)
    made = make_client("Wind park reader", tenant, now=now, expires_at=now + timedelta(days=365))
    removed = make_client("Old gateway", tenant, now=now).client
    remove_client(removed, actor=command_line_in(tenant), now=now)
    return {
        "tenant": tenant,
        "person": make_person("tove", tenant, password=PASSWORD, email="tove@example.com"),
        "role": make_role("Pump reader", tenant),
        "event": models.AuditEvent.objects.order_by("id").last(),
        "client": made.client,
        "removed": removed,
        "secret": made.secret,
        "usage": models.TokenUsage.objects.create(
            client=made.client, secret=made.secret, hour=now, tokens=4, last_at=now
        ),
        "api": make_api("Orders", tenant, "read"),
        "public_key": insert_keys(made.client, 1)[0],
        "identity": insert_identities(made.client, 1)[0],
    }


@pytest.fixture
def rows(installation: Installation, now: datetime) -> Installation:
    """The installation; its key is in use, so that its secrets can end."""
    client, key = installation.client, installation.public_key
    models.TokenUsage.objects.create(client=client, key=key, hour=now, last_at=now, tokens=1)
    return installation


@pytest.fixture
def doors(staff: Browser, administrator_browser: Browser) -> tuple[Browser, Browser]:
    """The browsers of Ola at the admin site and of the tenant's administrator in the portal."""
    return staff, administrator_browser


@pytest.fixture
def other_tenant(now: datetime) -> models.Tenant:
    """A tenant "Elsewhere" with the client "Far away"."""
    tenant = make_tenant("Elsewhere")
    make_client("Far away", tenant, now=now)
    return tenant


def list_of(model: type[Model]) -> str:
    """Return the address of the list of a model."""
    return reverse(f"admin:clients_app_{model._meta.model_name}_changelist")


def page_of(row: Model, part: str = "change") -> str:
    """Return the address of the page of a row; ``part`` is "change" or "delete"."""
    return reverse(f"admin:clients_app_{row._meta.model_name}_{part}", args=[row.pk])


def last_event(tenant: models.Tenant) -> models.AuditEvent:
    """Return the newest event of a tenant."""
    event = models.AuditEvent.objects.for_tenant(tenant.pk).order_by("sequence").last()
    assert event is not None
    return event


def expect_explained(
    staff: Browser, address: str, good: dict[str, str], **said: dict[str, str]
) -> None:
    """Check that a form explains each value at its field, from what is said by field and value."""
    for field, sentences in said.items():
        for value, sentence in sentences.items():
            reply = staff.post(address, {**good, field: value})

            assert reply.status_code == 422, value
            assert f"form-row errors field-{field}" in text_of(reply), value
            assert sentence in text_of(reply)
