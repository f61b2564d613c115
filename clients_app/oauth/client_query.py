"""The one query of the token endpoint: a client with its secrets, roles, tenant and APIs.

It is written by hand for the driver's own cursor: Django's objects for the same rows take 283 us,
these take 13. ``tests/oauth/test_client_query.py`` compares their results.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app import conf
from clients_app.oauth.credential_query import StoredCredentials, read_credentials
from clients_app.oauth.quick_reads import Ask, aware, quick_read
from clients_app.oauth.sqlite_row_cache import SqliteRowCache
from clients_app.rules.targets import Reach, built_in_target, combined, custom_target
from clients_app.services.secrets.renewal import SecretRow
from clients_app.services.tokens.claims import GrantResult, Subject, TokenTemplate
from clients_app.services.tokens.credentials import Credential

# The first part has one row for each live secret, or one row if there is none; it is empty if the
# client is disabled or removed. The second part has the roles. The kid of the active signing key
# comes along, so that every process notices a rotation.
_QUERY: Final = """
SELECT s.id, s.tag, s.tag_key_id, s.digest, s.expires_at, c.tenant_id, c.client_type,
       c.token_lifetime_s, k.kid, c.may_call_built_in, c.may_call_others
  FROM clients_app_client c
  LEFT JOIN clients_app_clientsecret s ON s.client_id = c.id
   AND s.removed_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > %s)
  LEFT JOIN clients_app_signingkey k ON k.state = 'active'
 WHERE c.id = %s AND c.is_enabled AND c.removed_at IS NULL
 UNION ALL
SELECT NULL, NULL, NULL, r.name, NULL, r.id, NULL, NULL, NULL, NULL, NULL
  FROM clients_app_clientrole h
  JOIN clients_app_role r ON r.id = h.role_id
 WHERE h.client_id = %s
"""
# The third part has the APIs that the client may call besides the built-in one, with its scopes. On
# PostgreSQL it takes 18 us, so only clients that have such APIs are read with it.
_APIS: Final = """
SELECT NULL, NULL, a.custom_identifier, string_agg(s.name, ' '), NULL, a.id, NULL, NULL, NULL,
       m.is_default, NULL
  FROM clients_app_maycall m
  JOIN clients_app_client c ON c.id = m.client_id
  JOIN clients_app_api a ON a.id = m.api_id AND a.tenant_id = c.tenant_id
  LEFT JOIN clients_app_maycallscope g ON g.may_call_id = m.id
  LEFT JOIN clients_app_apiscope s ON s.id = g.scope_id
 WHERE m.client_id = %s
 GROUP BY a.id, m.is_default
"""
_QUERY_WITH_APIS: Final = f"{_QUERY} UNION ALL {_APIS}"


GrantParameters = tuple[tuple[str, str], ...]  # of a token request, without those that say who asks


class StoredClient(NamedTuple):
    """A client as the database has it; without secrets unless ``is_active``.

    ``is_active`` is False for a client that is disabled, removed or unknown; ``is_known`` is False
    if the database has no rows. At ``valid_until`` the first of its secrets expires.
    """

    id: str
    is_known: bool
    is_active: bool
    tenant_id: str
    client_type: str
    token_lifetime_s: int
    may_call_others: bool  # than the built-in API
    as_subject: Subject
    reach: Reach
    secrets: list[SecretRow]
    active_kid: str | None
    valid_until: datetime | None
    #: what it was granted, for the next request that asks the same with the same credential
    granted: dict[tuple[Credential | None, GrantParameters], tuple[GrantResult, TokenTemplate]]
    #: what ``credentials_of`` read, once a JWT was sent
    credentials: list[StoredCredentials]


class AuthenticatedClient(NamedTuple):
    """A client and the credential it used; None for a public client."""

    client: StoredClient
    credential: Credential | None


#: clients that had other APIs to call when this process last read them: a guess which query to use
_calling_others: Final[set[UUID]] = set()
cache: Final = SqliteRowCache()


def read_client(client_id: UUID, *, now: datetime) -> StoredClient:
    """Return the client ``client_id``, also if it does not exist.

    A connection that broke since its last use is reopened once.
    Errors: django.db.Error if the database does not answer.
    """
    return quick_read(client_id, now=now, cached=cache, read=_asked)


def credentials_of(client: StoredClient, *, now: datetime) -> StoredCredentials:
    """Return the credentials of ``client`` besides its secrets, read once for each of its rows.

    Errors: django.db.Error if the database does not answer.
    """
    if not client.credentials:
        client.credentials.append(found := read_credentials(UUID(client.id), now=now))
        cache.add_size(found.size)
    return client.credentials[0]


def _asked(client_id: UUID, ask: Ask, now: datetime) -> StoredClient:
    """Return the client as one query has it, which has the APIs if the client may call others.

    Only the first time that a process meets such a client, it takes another query to know that.
    """
    if client_id not in _calling_others:
        client = stored_client(client_id, ask(_QUERY, now, client_id, client_id))
        if not client.may_call_others:
            return client
        _calling_others.add(client_id)
    client = stored_client(client_id, ask(_QUERY_WITH_APIS, now, *[client_id] * 3))
    if not client.may_call_others:
        _calling_others.discard(client_id)
    return client


def stored_client(client_id: UUID, rows: Iterable[tuple[Any, ...]]) -> StoredClient:
    secrets, roles, apis, expirations = [], [], [], []
    tenant_id, client_type, lifetime_s, kid, built_in, others = "", "", 0, None, False, False
    for row in rows:
        if row[2] is None and row[6] is None:
            roles.append((row[3], _guid(row[5])))
            continue
        if row[6] is None:
            apis.append(row)
            continue
        tenant_id, client_type, lifetime_s, kid, built_in, others = _guid(row[5]), *row[6:]
        if row[0] is not None:
            secrets.append(SecretRow(row[0], bytes(row[1]), row[2], row[3]))
        if (expires_at := aware(row[4])) is not None:
            expirations.append(expires_at)
    role_names, role_ids = zip(*sorted(roles), strict=True) if roles else ((), ())
    return StoredClient(
        id=str(client_id),
        is_known=bool(client_type or roles),
        is_active=bool(client_type),
        tenant_id=tenant_id,
        client_type=client_type,
        token_lifetime_s=lifetime_s,
        may_call_others=bool(others),
        as_subject=Subject(str(client_id), role_names, role_ids),
        reach=_reach(tenant_id, apis, built_in=bool(built_in)),
        secrets=secrets,
        active_kid=kid,
        valid_until=min(expirations, default=None),
        granted={},
        credentials=[],
    )


def _reach(tenant_id: str, rows: Iterable[tuple[Any, ...]], *, built_in: bool) -> Reach:
    """Return what the client may call; the built-in API has the id of the tenant."""
    others = []
    for _, _, identifier, names, _, api_id, _, _, _, is_default, _ in rows:
        scopes = tuple(sorted(names.split(" "))) if names else ()
        others.append((custom_target(_guid(api_id), identifier, scopes), bool(is_default)))
    own = built_in_target(tenant_id, conf.token_audience(), conf.api_scopes()) if built_in else None
    return combined(others, own, origin=conf.public_url())


def _guid(stored: Any) -> str:
    """Return an id as tokens write it: PostgreSQL returns a UUID, SQLite its 32 digits."""
    return str(UUID(stored) if isinstance(stored, str) else stored)
