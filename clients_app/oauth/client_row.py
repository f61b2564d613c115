"""The one query of the token endpoint: a client with its live secrets, roles and tenant.

It speaks to the driver itself: Django's objects for the same rows cost twenty times as much.
Source: architecture, "The token endpoint's two entrances".
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

from clients_app.oauth.kept_rows import KeptRows
from clients_app.services.secrets.verification import SecretRow
from clients_app.services.tokens.access_tokens import TokenClient

# The upper half has one row for each live secret of a client that may speak, the lower half one
# for each role; the kid of the active signing key comes along, so that every process sees a change.
_QUERY: Final = """
SELECT s.id, s.tag, s.tag_key_id, s.digest, s.expires_at,
       c.tenant_id, c.client_type, c.token_lifetime_s, k.kid
  FROM clients_app_client c
  JOIN clients_app_clientsecret s ON s.client_id = c.id
  LEFT JOIN clients_app_signingkey k ON k.state = 'active'
 WHERE c.id = %s AND c.is_enabled AND c.removed_at IS NULL
   AND s.removed_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > %s)
 UNION ALL
SELECT NULL, NULL, NULL, r.name, NULL, r.id, NULL, NULL, NULL
  FROM clients_app_clientrole h
  JOIN clients_app_role r ON r.id = h.role_id
 WHERE h.client_id = %s
"""
_QUERY_OF_SQLITE: Final = _QUERY.replace("%s", "?")


class ClientRow(NamedTuple):
    """What the rows say of a client now; without secrets if it may not speak.

    ``is_known`` is False where no row was found: no such client, or one without roles that may
    not speak. At ``good_until`` the first of the secrets expires, and rows read then say less.
    """

    is_known: bool
    token_client: TokenClient
    client_type: str
    secrets: list[SecretRow]
    active_kid: str | None
    good_until: datetime | None


def read_client(client_id: UUID, *, now: datetime) -> ClientRow:
    """Return the client ``client_id``; one that is unknown, disabled or removed has no secrets.

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
_kept: Final = KeptRows()


def _connection_of_this_thread() -> BaseDatabaseWrapper:
    """Return Django's connection; its own look-up costs as much as the query's answer."""
    try:
        return _of_this_thread.connection
    except AttributeError:
        connection = _of_this_thread.connection = connections[DEFAULT_DB_ALIAS]
        return connection


def _read(connection: BaseDatabaseWrapper, client_id: UUID, now: datetime) -> ClientRow:
    if connection.connection is None:
        connection.ensure_connection()
    driver: Any = connection.connection
    psycopg_or_sqlite: Any = connection.Database  # type: ignore[attr-defined]  # the stubs lack it
    try:
        if connection.vendor == "postgresql":
            return _by_prepared_statement(psycopg_or_sqlite, driver, client_id, now)
        return _kept.get(
            driver, client_id, now=now, read=lambda: _from_sqlite(driver, client_id, now)
        )
    except psycopg_or_sqlite.Error:
        with connection.wrap_database_errors:  # only here: it costs a third of the query
            raise


def _from_sqlite(driver: Any, client_id: UUID, now: datetime) -> ClientRow:
    key = client_id.hex  # id and moment as Django writes them
    moment = now.replace(tzinfo=None).isoformat(" ")
    return row_of(client_id, driver.execute(_QUERY_OF_SQLITE, (key, moment, key)))


def _by_prepared_statement(psycopg: Any, driver: Any, client_id: UUID, now: datetime) -> ClientRow:
    """Read from PostgreSQL, which plans this query ten times as long as it runs it."""
    driver.prepare_threshold = sys.maxsize  # None would mean never; this, no others than ours
    values = (client_id, now, client_id)
    return row_of(
        client_id, psycopg.Cursor(driver).execute(_QUERY, values, prepare=True).fetchall()
    )


def row_of(client_id: UUID, rows: Iterable[tuple[Any, ...]]) -> ClientRow:
    secrets, roles, ends = [], [], []
    tenant_id, client_type, lifetime_s, kid = "", "", 0, None
    for row in rows:
        if row[0] is None:
            roles.append((row[3], _guid(row[5])))
        else:
            secrets.append(SecretRow(row[0], bytes(row[1]), row[2], row[3]))
            tenant_id, client_type, lifetime_s, kid = _guid(row[5]), *row[6:]
            if row[4] is not None:
                ends.append(_moment(row[4]))
    roles.sort()
    return ClientRow(
        is_known=bool(secrets or roles),
        token_client=TokenClient(
            id=str(client_id),
            tenant_id=tenant_id,
            token_lifetime_s=lifetime_s,
            role_names=[name for name, _ in roles],
            role_ids=[role_id for _, role_id in roles],
        ),
        client_type=client_type,
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
    """Return an aware moment: PostgreSQL gives one, SQLite one of UTC that does not say so."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)
