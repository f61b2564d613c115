"""Clients in every state, and requests through both entrances."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from clients_app.models import Client, ClientRole, ClientSecret, IssuedClientId, SigningKey, Tenant
from clients_app.models.defaults import new_id
from clients_app.oauth import request_log
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.client_types import CLIENT_CREDENTIALS, HYBRID
from clients_app.rules.secret_format import new_secret
from clients_app.services import failure_limits
from clients_app.services.secrets.digests import stored_form
from clients_app.services.signing_keys import private_keys
from tests.factories import make_role, role_id
from tests.oauth import wsgi
from tests.oauth.people import people  # noqa: F401 - a fixture
from tests.oauth.running_portal import machines, portal_apis, token_portal  # noqa: F401 - fixtures

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_failures_of_other_tests(db: None) -> None:
    """All tests use one address, which may fail a hundred times a minute."""
    failure_limits.reset()
    request_log.strangers.reset()


@pytest.fixture(params=wsgi.ENTRANCES)
def ask(request: pytest.FixtureRequest) -> Callable[..., wsgi.Reply]:
    """A function that sends a token request; the test runs once for each entrance."""
    entrance = wsgi.ENTRANCES[request.param]
    return lambda path=wsgi.TOKEN_PATH, **parts: entrance(wsgi.environ(path, **parts))


@pytest.fixture(scope="session")
def key_fields() -> dict[str, Any]:
    """One RSA key for all tests: generating one takes a tenth of a second."""
    key = private_keys.new_key(now=CREATED, state="active", activated_at=CREATED)
    names = [field.attname for field in SigningKey._meta.concrete_fields if field.attname != "id"]
    return {name: getattr(key, name) for name in names}


@pytest.fixture
def signing_key(db: None, key_fields: dict[str, Any]) -> SigningKey:
    return SigningKey.objects.create(**key_fields)


@pytest.fixture(scope="session")
def known_secrets() -> dict[str, tuple[UUID, str, Any]]:
    """Ids, plaintext secrets and stored forms by kind of client."""
    return make_known_secrets()


def make_known_secrets() -> dict[str, tuple[UUID, str, Any]]:
    """Return new ids, plaintext secrets and stored forms by kind of client."""
    made = {}
    for kind in ("good", "hybrid", "disabled", "removed", "expired", "retired"):
        client_id, plain = new_id(), new_secret()
        made[kind] = (client_id, plain, stored_form(plain, client_id=client_id))
    return made


@pytest.fixture
def clients(tenant: Tenant, signing_key: SigningKey, known_secrets: Any) -> SimpleNamespace:
    """A client of each kind: ``.good.id``, ``.good.plain``, ``.good.row``, ``.good.secret``."""
    roles = [make_role("MyData.Role", tenant).pk, role_id(tenant, TENANT_MEMBER)]
    made = SimpleNamespace()
    for kind, (client_id, plain, stored) in known_secrets.items():
        row = insert_client(tenant, kind, client_id, roles)
        secret = ClientSecret.objects.create(
            client=row, created_at=CREATED, created_by="test", **stored._asdict()
        )
        setattr(made, kind, SimpleNamespace(id=str(client_id), plain=plain, row=row, secret=secret))
    made.hybrid.row.client_type = HYBRID.id
    made.hybrid.row.save()
    made.disabled.row.is_enabled = False
    made.disabled.row.save()
    made.removed.row.removed_at = CREATED
    made.removed.row.save()
    made.expired.secret.expires_at = CREATED + timedelta(seconds=1)
    made.expired.secret.save()
    made.retired.secret.removed_at = CREATED
    made.retired.secret.save()
    return made


def insert_client(tenant: Tenant, name: str, client_id: UUID, roles: Iterable[UUID]) -> Client:
    """Insert the rows of a client without the services, so that its id and secret can be chosen."""
    IssuedClientId.objects.create(id=client_id)
    row = Client.objects.create(
        id=client_id,
        tenant=tenant,
        name=name,
        client_type=CLIENT_CREDENTIALS.id,
        created_at=CREATED,
        created_by="test",
        updated_at=CREATED,
        updated_by="test",
    )
    ClientRole.objects.bulk_create(ClientRole(client=row, role_id=role) for role in roles)
    return row


@pytest.fixture
def api(clients: SimpleNamespace) -> SimpleNamespace:
    """The Hybrid client as a resource server: it may introspect tokens."""
    Client.objects.filter(pk=clients.hybrid.id).update(may_introspect=True)
    return clients.hybrid


@pytest.fixture
def good(clients: SimpleNamespace) -> SimpleNamespace:
    return clients.good
