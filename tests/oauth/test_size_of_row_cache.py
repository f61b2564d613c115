"""How much a thread keeps of the clients that it has read from SQLite."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from clients_app.limits import JWKS_MAX
from clients_app.models.defaults import new_id
from clients_app.oauth import client_query, sqlite_row_cache
from clients_app.oauth.client_query import cache, credentials_of, read_client
from clients_app.oauth.credential_query import StoredCredentials, StoredIdentity

pytestmark = [
    pytest.mark.django_db(transaction=True),  # nothing is cached within a transaction
    pytest.mark.one_database,  # on PostgreSQL, nothing is cached
]


def test_number_of_cached_clients_is_bounded(monkeypatch: pytest.MonkeyPatch, db: None):
    monkeypatch.setattr(sqlite_row_cache, "CHARACTERS_MAX", 20 * sqlite_row_cache.CLIENT_SIZE)
    for _ in range(50):
        read_client(new_id(), now=datetime.now(UTC))

    assert 0 < len(cache) <= 20


def test_cached_sets_of_keys_are_bounded_by_their_length(monkeypatch: pytest.MonkeyPatch, db: None):
    """Of ten identities of a client, each may have a key set of 64 KiB."""
    now = datetime.now(UTC)
    identity = StoredIdentity(
        1, None, "x" * JWKS_MAX, "https://i.example", None, now, "", "*", "{}"
    )
    largest = StoredCredentials((), (identity,) * 10, False, False)
    monkeypatch.setattr(client_query, "read_credentials", lambda *_, now: largest)
    fitting = sqlite_row_cache.CHARACTERS_MAX // (10 * JWKS_MAX)

    kept = [_with_credentials(new_id(), now) for _ in range(2 * fitting)]

    assert kept[0] > 0
    assert max(kept) <= fitting


def _with_credentials(client_id: UUID, now: datetime) -> int:
    """Read a client and its credentials; return how many clients are cached then."""
    credentials_of(read_client(client_id, now=now), now=now)
    return len(cache)
