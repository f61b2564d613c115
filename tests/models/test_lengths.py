"""Each column accepts its longest text and refuses one more character."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from clients_app.models import (
    Client,
    ClientKey,
    ClientSecret,
    ClientTag,
    ClientUrl,
    FederatedIdentity,
    FetchedKeySet,
    NoticeChannel,
    Person,
    Role,
    SavedFilter,
    Tenant,
)
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets
from tests.moments import NOW

TABLES = [
    Tenant,
    Person,
    Role,
    Client,
    ClientTag,
    ClientUrl,
    ClientSecret,
    ClientKey,
    FederatedIdentity,
    FetchedKeySet,
    SavedFilter,
    NoticeChannel,
]
SHAPED = {
    *("client_type", "kind", "theme", "digest", "last_four", "new_secrets_forbidden"),
    "jwks_url",
}  # limited by their own constraints


@pytest.fixture
def rows(tenant: Tenant, administrator: Person) -> None:
    """At least one row in each table."""
    client = insert_clients(["Pump"], tenant)[0]
    Client.objects.update(client_type="hybrid")  # which may have all texts
    insert_secrets(client, 1)
    ClientTag.objects.create(client=client, name="north", name_key="north")
    ClientUrl.objects.create(client=client, kind="redirect", url="https://a.example/")
    insert_keys(client, 1)
    insert_identities(client, 1)
    FetchedKeySet.objects.create(url="https://a.example/", is_issuer=False, due_at=NOW)
    SavedFilter.objects.create(person=administrator, name="Mine", query="q=a")
    NoticeChannel.objects.create(tenant=tenant, channel="mail", set_at=NOW)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_text_longer_than_its_column_is_violates(table: type[models.Model], rows: None) -> None:
    row = table._default_manager.filter(pk=table._default_manager.values("pk")[:1])
    texts: dict[str, int] = {
        field.attname: field.max_length or 0
        for field in table._meta.local_fields
        if isinstance(field, models.CharField) and field.attname not in SHAPED
    }
    assert texts
    for column, most in texts.items():
        assert row.update(**{column: "ü" * most}) == 1
        with pytest.raises(DatabaseError, match=_refusal(table)), transaction.atomic():
            row.update(**{column: "ü" * (most + 1)})


def _refusal(table: Any) -> str:
    """Return the expected error; PostgreSQL checks the type before the constraints."""
    by_constraint = f"{table._meta.model_name}_lengths"
    return by_constraint if connection.vendor == "sqlite" else "value too long for type"
