"""The one query of the token endpoint: a client with its live secrets, roles and tenant.

Written by hand for the driver's own cursor: Django's objects for the same rows take 283 us, these
take 13. ``tests/oauth/test_client_query.py`` compares them.
"""

import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from clients_app.oauth.sqlite_row_cache import SqliteRowCache
from clients_app.services.secrets.verification import SecretRow
from clients_app.services.tokens.claims import Subject
from clients_app.services.tokens.credentials import Credential

# The upper half has the client once for each live secret, and once without any; none where the
# client is disabled or removed. The lower half has its roles. The kid of the active signing key
# comes along, so that every process sees a rotation.
_QUERY: Final = """
SELECT s.id, s.tag, s.tag_key_id, s.digest, s.expires_at,
       c.tenant_id, c.client_type, c.token_lifetime_s, k.kid
  FROM clients_app_client c
  LEFT JOIN clients_app_clientsecret s ON s.client_id = c.id
   AND s.removed_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > %s)
  LEFT JOIN clients_app_signingkey k ON k.state = 'active'
 WHERE c.id = %s AND c.is_enabled AND c.removed_at IS NULL
 UNION ALL
SELECT NULL, NULL, NULL, r.name, NULL, r.id, NULL, NULL, NULL
  FROM clients_app_clientrole h
  JOIN clients_app_role r ON r.id = h.role_id
 WHERE h.client_id = %s
"""
_QUERY_OF_SQLITE: Final = _QUERY.replace("%s", "?")


class StoredClient(NamedTuple):
    """What the database says about a client now; no secrets where ``is_active`` is False.

    ``is_active`` is False for a client that is disabled, removed or unknown, ``is_known`` where
    there are no rows at all. At ``good_until`` the first of its secrets expires.
    """

    id: str
    is_known: bool
    is_active: bool
    tenant_id: str
    client_type: str
    token_lifetime_s: int
    itself: Subject
    secrets: list[SecretRow]
    active_kid: str | None
    good_until: datetime | None


class Authenticated(NamedTuple):
    """A client that proved its identity, and by which credential; None for a public client."""

    client: StoredClient
    credential: Credential | None


def read_client(client_id: UUID, *, now: datetime) -> StoredClient:
    """Return the client ``client_id``, also where there is none.

    Errors: django.db.Error when the database does not answer. A connection that broke since its
    last use is opened again once.
    """
    connection = _connection_of_this_thread()
    try:
        return _read(connection, client_id, now)
    except DatabaseError:
        was_broken = not connection.is_usable()
        connection.close()
        if not was_broken:
            raise
    return _read(connection, client_id, now)


_of_this_thread: Final = threading.local()
cache: Final[SqliteRowCache[StoredClient]] = SqliteRowCache()


def _connection_of_this_thread() -> BaseDatabaseWrapper:
    """Return Django's connection; Django's own look-up takes as long as the query."""
    connection: BaseDatabaseWrapper
    try:
        connection = _of_this_thread.connection
    except AttributeError:
        connection = _of_this_thread.connection = connections[DEFAULT_DB_ALIAS]
    return connection


def _read(connection: BaseDatabaseWrapper, client_id: UUID, now: datetime) -> StoredClient:
    if connection.connection is None:
        connection.ensure_connection()
    driver: Any = connection.connection
    psycopg_or_sqlite: Any = connection.Database  # type: ignore[attr-defined]  # the stubs lack it
    try:
        if connection.vendor == "postgresql":
            return _by_prepared_statement(psycopg_or_sqlite, driver, client_id, now)
        return cache.get(
            driver, client_id, now=now, read=lambda: _from_sqlite(driver, client_id, now)
        )
    except psycopg_or_sqlite.Error:
        with connection.wrap_database_errors:  # only here: it costs a third of the query
            raise


def _from_sqlite(driver: Any, client_id: UUID, now: datetime) -> StoredClient:
    key = client_id.hex  # id and moment as Django writes them
    moment = now.replace(tzinfo=None).isoformat(" ")
    return stored_client(client_id, driver.execute(_QUERY_OF_SQLITE, (moment, key, key)))


def _by_prepared_statement(
    psycopg: Any, driver: Any, client_id: UUID, now: datetime
) -> StoredClient:
    """Read from PostgreSQL, which plans this query ten times as long as it runs it."""
    driver.prepare_threshold = sys.maxsize  # prepare no other statements than this one
    values = (now, client_id, client_id)
    return stored_client(
        client_id, psycopg.Cursor(driver).execute(_QUERY, values, prepare=True).fetchall()
    )


def stored_client(client_id: UUID, rows: Iterable[tuple[Any, ...]]) -> StoredClient:
    secrets, roles, ends = [], [], []
    tenant_id, client_type, lifetime_s, kid = "", "", 0, None
    for row in rows:
        if row[6] is None:  # the lower half
            roles.append((row[3], _guid(row[5])))
            continue
        tenant_id, client_type, lifetime_s, kid = _guid(row[5]), *row[6:]
        if row[0] is not None:
            secrets.append(SecretRow(row[0], bytes(row[1]), row[2], row[3]))
        if row[4] is not None:
            ends.append(_moment(row[4]))
    roles.sort()
    return StoredClient(
        id=str(client_id),
        is_known=bool(client_type or roles),
        is_active=bool(client_type),
        tenant_id=tenant_id,
        client_type=client_type,
        token_lifetime_s=lifetime_s,
        itself=Subject(
            id=str(client_id),
            role_names=tuple(name for name, _ in roles),
            role_ids=tuple(role_id for _, role_id in roles),
        ),
        secrets=secrets,
        active_kid=kid,
        good_until=min(ends, default=None),
    )


def _guid(stored: Any) -> str:
    """Return an id as tokens spell it: PostgreSQL gives a UUID, SQLite its 32 digits."""
    if isinstance(stored, str):
        return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
    return str(stored)


def _moment(stored: datetime) -> datetime:
    """Return an aware moment: PostgreSQL gives one, SQLite one of UTC without its zone."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)
