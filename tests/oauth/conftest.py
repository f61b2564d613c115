"""Clients in every state, and requests through both entrances."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from clients_app.models import Client, ClientRole, ClientSecret, IssuedClientId, SigningKey, Tenant
from clients_app.models.defaults import new_id
from clients_app.oauth import request_log
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.client_types import CLIENT_CREDENTIALS, HYBRID
from clients_app.rules.secret_format import new_secret
from clients_app.services import failure_limits
from clients_app.services.credentials import near_misses
from clients_app.services.secrets.digests import stored_form
from clients_app.services.signing_keys import private_keys
from tests import rsa_keys
from tests.factories import make_role, role_id
from tests.oauth import wsgi
from tests.oauth.people import people  # noqa: F401 - a fixture
from tests.oauth.running_portal import machines, portal_apis, token_portal  # noqa: F401 - fixtures
from tests.shared_rows import Copies, Share

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
OF_CLIENTS: dict[str, dict[str, Any]] = {
    "hybrid": {"client_type": HYBRID.id},
    "disabled": {"is_enabled": False},
    "removed": {"removed_at": CREATED},
}
OF_SECRETS: dict[str, dict[str, Any]] = {
    "expired": {"expires_at": CREATED + timedelta(seconds=1)},
    "retired": {"removed_at": CREATED},
}


@pytest.fixture(autouse=True)
def _no_failures_of_other_tests(db: None) -> None:
    """All tests use one address, which may fail a hundred times a minute."""
    failure_limits.reset()
    request_log.strangers.reset()
    near_misses.noted.clear()


@pytest.fixture(params=wsgi.ENTRANCES)
def ask(request: pytest.FixtureRequest) -> Callable[..., wsgi.Reply]:
    """A function that sends a token request; the test runs once for each entrance."""
    entrance = wsgi.ENTRANCES[request.param]
    return lambda path=wsgi.TOKEN_PATH, **parts: entrance(wsgi.environ(path, **parts))


@pytest.fixture(scope="session")
def key_fields() -> dict[str, Any]:
    """One RSA key for all tests: generating one takes a tenth of a second."""
    key = private_keys.new_key(now=CREATED, state="active", activated_at=CREATED)
    rsa_keys.keep_the_last(settings.TOKEN_SIGNING_KEY_BITS)
    names = [field.attname for field in SigningKey._meta.concrete_fields if field.attname != "id"]
    return {name: getattr(key, name) for name in names}


@pytest.fixture(scope="module")
def shared_key(share: Share[SigningKey], key_fields: dict[str, Any]) -> Copies[SigningKey]:
    return share(lambda: SigningKey.objects.create(**key_fields))


@pytest.fixture
def signing_key(db: None, shared_key: Copies[SigningKey], key_fields: dict[str, Any]) -> SigningKey:
    return shared_key() if shared_key else SigningKey.objects.create(**key_fields)


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


@pytest.fixture(scope="module")
def shared_clients(
    share: Share[SimpleNamespace],
    shared_tenant: Copies[Tenant],
    shared_key: Copies[SigningKey],
    known_secrets: Any,
) -> Copies[SimpleNamespace]:
    return share(lambda: insert_clients(shared_tenant(), known_secrets)) if shared_tenant else None


@pytest.fixture
def clients(
    tenant: Tenant,
    signing_key: SigningKey,
    shared_clients: Copies[SimpleNamespace],
    known_secrets: Any,
) -> SimpleNamespace:
    """A client of each kind: ``.good.id``, ``.good.plain``, ``.good.row``, ``.good.secret``."""
    return shared_clients() if shared_clients else insert_clients(tenant, known_secrets)


def insert_clients(tenant: Tenant, known_secrets: Any) -> SimpleNamespace:
    """Insert them without the services, so that their ids and secrets can be chosen."""
    roles = [make_role("MyData.Role", tenant).pk, role_id(tenant, TENANT_MEMBER)]
    rows = {
        kind: Client(
            id=client_id,
            tenant=tenant,
            name=kind,
            name_key=kind,
            created_at=CREATED,
            created_by="test",
            updated_at=CREATED,
            updated_by="test",
            **{"client_type": CLIENT_CREDENTIALS.id, **OF_CLIENTS.get(kind, {})},
        )
        for kind, (client_id, _plain, _stored) in known_secrets.items()
    }
    secrets = {
        kind: ClientSecret(
            client=rows[kind],
            created_at=CREATED,
            created_by="test",
            **stored._asdict(),
            **OF_SECRETS.get(kind, {}),
        )
        for kind, (_id, _plain, stored) in known_secrets.items()
    }
    IssuedClientId.objects.bulk_create(IssuedClientId(id=row.pk) for row in rows.values())
    Client.objects.bulk_create(rows.values())
    ClientRole.objects.bulk_create(
        ClientRole(client=row, role_id=role) for row in rows.values() for role in roles
    )
    ClientSecret.objects.bulk_create(secrets.values())
    made = SimpleNamespace()
    for kind, (client_id, plain, _stored) in known_secrets.items():
        one = SimpleNamespace(id=str(client_id), plain=plain, row=rows[kind], secret=secrets[kind])
        setattr(made, kind, one)
    return made


@pytest.fixture
def api(clients: SimpleNamespace) -> SimpleNamespace:
    """The Hybrid client as a resource server: it may introspect tokens."""
    Client.objects.filter(pk=clients.hybrid.id).update(may_introspect=True)
    return clients.hybrid


@pytest.fixture
def good(clients: SimpleNamespace) -> SimpleNamespace:
    return clients.good
