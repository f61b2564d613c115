"""The public keys and federated identities of a client, read only when a JWT was sent.

``tests/oauth/test_credential_query.py`` compares this with what Django's models read.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app.oauth.quick_reads import Ask, Row, aware, quick_read
from clients_app.oauth.sqlite_row_cache import SqliteRowCache

CACHED_MAX: Final = 50  # clients of one thread: ten key sets of each can take 640 KB
# The first part has one row for each key, or one row if there is none. Keys that are fetched come
# along, so that no other read is needed.
_QUERY: Final = """
SELECT c.demands_assertion_type, c.accepts_token_endpoint_audience, k.expires_at, f.fetched_at,
       k.id, CAST(k.jwk AS text), k.jwks_url, CAST(f.jwks AS text), NULL, NULL, NULL
  FROM clients_app_client c
  LEFT JOIN clients_app_clientkey k ON k.client_id = c.id AND k.removed_at IS NULL
  LEFT JOIN clients_app_fetchedkeyset f ON f.url = k.jwks_url AND NOT f.is_issuer
 WHERE c.id = %s
 UNION ALL
SELECT NULL, NULL, i.expires_at, f.fetched_at,
       i.id, CAST(i.jwks AS text), i.issuer, CAST(f.jwks AS text),
       i.audience, i.subject_rule, CAST(i.claim_rules AS text)
  FROM clients_app_federatedidentity i
  LEFT JOIN clients_app_fetchedkeyset f ON f.url = i.issuer AND f.is_issuer
 WHERE i.client_id = %s AND i.removed_at IS NULL
"""


class StoredKey(NamedTuple):
    """A key that is not removed: its ``jwk``, or what was fetched from ``jwks_url``, as JSON."""

    id: int
    expires_at: datetime | None
    jwk: str | None
    jwks_url: str
    fetched: str | None
    fetched_at: datetime | None


class StoredIdentity(NamedTuple):
    """An identity that is not removed: ``jwks`` was pasted, or ``fetched`` from the issuer."""

    id: int
    expires_at: datetime | None
    jwks: str | None
    issuer: str
    fetched: str | None
    fetched_at: datetime | None
    audience: str
    subject_rule: str
    claim_rules: str


class StoredCredentials(NamedTuple):
    """What a JWT of a client is compared with; also expired ones, so that people can be told."""

    keys: tuple[StoredKey, ...]
    identities: tuple[StoredIdentity, ...]
    demands_type: bool
    accepts_token_endpoint: bool
    valid_until: None = None  # nothing here ends by itself


cache: Final = SqliteRowCache(maximum=CACHED_MAX)


def read_credentials(client_id: UUID, *, now: datetime) -> StoredCredentials:
    """Return the credentials of ``client_id`` besides its secrets.

    Errors: django.db.Error if the database does not answer.
    """
    found: StoredCredentials = quick_read(client_id, now=now, cached=cache, read=_asked)
    return found


def _asked(client_id: UUID, ask: Ask, now: datetime) -> StoredCredentials:
    return _credentials(ask(_QUERY, client_id, client_id))


def _credentials(rows: Iterable[Row]) -> StoredCredentials:
    keys, identities, demands_type, accepts_token_endpoint = [], [], False, False
    for row in rows:
        expires_at, fetched_at = aware(row[2]), aware(row[3])
        row_id, own_jwks, url, fetched, *rules = row[4:]
        if row[0] is None:
            identity: list[Any] = [row_id, expires_at, own_jwks, url, fetched, fetched_at, *rules]
            identities.append(StoredIdentity(*identity))
            continue
        demands_type, accepts_token_endpoint = bool(row[0]), bool(row[1])
        if row_id is not None:
            keys.append(StoredKey(row_id, expires_at, own_jwks, url, fetched, fetched_at))
    return StoredCredentials(tuple(keys), tuple(identities), demands_type, accepts_token_endpoint)
