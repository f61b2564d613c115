"""The public keys and federated identities of a client, read only when a JWT was sent.

A key set takes up to 64 KB, and a client may have twenty. So on PostgreSQL a process keeps those
that it read last, and the query returns only what was written since. The rest is read each time, so
a removal takes effect at once. On SQLite they stay with the cached row of their client.

``tests/oauth/test_credential_query.py`` compares this with what Django's models read.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app.oauth.quick_reads import Ask, Row, aware, quick_read

CACHED_MAX: Final = 50  # clients, on PostgreSQL: ten key sets of each can take 640 KB
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
_FETCHED, _PASTED = "CAST(f.jwks AS text)", "CAST(i.jwks AS text)"


def _version_of(table: str) -> str:
    """Return what tells apart all versions of rows: their table, who wrote them, and where.

    One transaction may write rows at the same place of two tables: a move does, and a restore.
    Source: https://www.postgresql.org/docs/current/ddl-system-columns.html
    """
    return f"'{table}' || {table}.xmin::text || {table}.ctid::text"


def _unless_known(table: str, column: str) -> str:
    return f"CASE WHEN {_version_of(table)} = ANY(%s::text[]) THEN NULL ELSE {column} END"


_QUERY_OF_POSTGRESQL: Final = (
    _QUERY.replace(_FETCHED, _unless_known("f", _FETCHED))
    .replace(_PASTED, _unless_known("i", _PASTED))
    .replace("NULL, NULL, NULL\n", f"NULL, NULL, NULL, NULL, {_version_of('f')}\n")
    .replace(
        "CAST(i.claim_rules AS text)",
        f"CAST(i.claim_rules AS text), {_version_of('i')}, {_version_of('f')}",
    )
)
_OWN, _OF_SOURCE = 5, 7  # columns with key sets


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

    @property
    def size(self) -> int:
        """About how many characters they take: most of it is key sets."""
        rows = (*self.keys, *self.identities)
        return sum(1000 + sum(len(each) for each in row if isinstance(each, str)) for row in rows)


_key_sets: Final[dict[UUID, dict[str, str | None]]] = {}  # by client and version, on PostgreSQL


def read_credentials(client_id: UUID, *, now: datetime) -> StoredCredentials:
    """Return the credentials of ``client_id`` besides its secrets.

    Errors: django.db.Error if the database does not answer.
    """
    return quick_read(client_id, now=now, read=_asked, on_postgresql=_asked_what_changed)


def _asked(client_id: UUID, ask: Ask, now: datetime) -> StoredCredentials:
    return _credentials(ask(_QUERY, client_id, client_id))


def _asked_what_changed(client_id: UUID, ask: Ask, now: datetime) -> StoredCredentials:
    known = _key_sets.get(client_id, {})
    versions, rows = list(known), []
    present: dict[str, str | None] = {}
    values = (versions, client_id, versions, versions, client_id)
    for *row, own_version, version in ask(_QUERY_OF_POSTGRESQL, *values):
        for column, of in ((_OWN, own_version), (_OF_SOURCE, version)):
            if of is not None:
                row[column] = present[of] = known.get(of, row[column])
        rows.append(tuple(row))
    if len(_key_sets) >= CACHED_MAX:
        _key_sets.clear()
    _key_sets[client_id] = present
    return _credentials(rows)


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
