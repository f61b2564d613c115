"""A client, and the errors with which the database refuses a row."""

from typing import Any

import pytest
from django.db import IntegrityError, connection

from clients_app.models import Client, Tenant
from tests.factories import insert_clients


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return insert_clients(["Pump"], tenant)[0]


def violates(constraint: str) -> Any:
    """Expect a violation of ``constraint``; SQLite names the columns of a unique one."""
    columns = {
        "client_name_unique": "client.tenant_id, clients_app_client.name_key",
        "role_name_unique": "role.tenant_id, clients_app_role.name_key",
        "built_in_role_unique": "role.tenant_id, clients_app_role.role_type_id",
        "one_active_signing_key": "signingkey.state",
        "one_next_signing_key": "signingkey.state",
        "client_key_unique": "clientkey.client_id, clients_app_clientkey.thumbprint",
        "fetched_key_set_unique": "fetchedkeyset.url, clients_app_fetchedkeyset.is_issuer",
        "form_key_unique": "usedformkey.key, ",
        "audit_sequence_unique": "auditevent.tenant_id, clients_app_auditevent.sequence",
    }
    text = columns.get(constraint, constraint) if connection.vendor == "sqlite" else constraint
    return pytest.raises(IntegrityError, match=text)
