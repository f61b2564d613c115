"""Issued and refused token requests: counted in memory, written in batches by the housekeeping.

A token request writes nothing. A process that is killed loses what it has counted since its last
batch; a process that stops in order writes it first.

Source: LOG-4, AVA-6.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection

from clients_app.rules.targets import Chosen
from clients_app.services.credentials import near_misses
from clients_app.services.secrets import renewal
from clients_app.services.tokens.credentials import IDENTITY, KEY, UNNAMED, Credential
from clients_app.services.usage import addresses, api_usage, refused_requests, tenant_hours, upserts
from clients_app.services.usage.pending_counts import PendingCounts, Seen

FLUSH_EVERY_S: Final = 5.0  # and 5 s for a locked database: written at most 10 s late
_HOUR_S: Final = 3600

_ADD_ISSUED: Final = """
INSERT INTO clients_app_tokenusage (client_id, secret_id, hour, tokens, last_at, last_address)
SELECT s.client_id, s.id, %s, %s, %s, %s FROM clients_app_clientsecret s WHERE s.id = %s
ON CONFLICT (secret_id, hour) DO UPDATE SET
  tokens = clients_app_tokenusage.tokens + excluded.tokens,
  last_address = CASE WHEN excluded.last_at >= clients_app_tokenusage.last_at
    THEN excluded.last_address ELSE clients_app_tokenusage.last_address END,
  last_at = CASE WHEN excluded.last_at >= clients_app_tokenusage.last_at
    THEN excluded.last_at ELSE clients_app_tokenusage.last_at END
"""
#: by kind of credential
_ADD_USES: Final = {
    UNNAMED: _ADD_ISSUED,
    KEY: _ADD_ISSUED.replace("secret_id", "key_id").replace("clientsecret", "clientkey"),
    IDENTITY: _ADD_ISSUED.replace("secret_id", "identity_id").replace(
        "clientsecret", "federatedidentity"
    ),
}
_ADD_ISSUED_WITHOUT: Final = (
    _ADD_ISSUED.replace("s.client_id, s.id", "s.id, NULL")
    .replace("clients_app_clientsecret", "clients_app_client")
    .replace(
        "(secret_id, hour)",
        "(client_id, hour) WHERE identity_id IS NULL AND key_id IS NULL AND secret_id IS NULL",
    )
)
_SET_LAST_USE: Final = """
UPDATE clients_app_client SET
  last_token_at = CASE WHEN last_token_at > %s THEN last_token_at ELSE %s END,
  last_token_expires_at =
    CASE WHEN last_token_expires_at > %s THEN last_token_expires_at ELSE %s END
 WHERE id = %s
"""

log = logging.getLogger("clients_app.usage")


class Issued(NamedTuple):
    """What tokens are counted by; ``credential`` is None for a client that has none."""

    client_id: str
    credential: Credential | None
    hour: int  # since 1970
    lifetime_s: int  # 0: the credential was used for something other than a token
    api_id: str  # empty where no token was issued
    asked_scope: str
    is_named: bool


issued: Final[PendingCounts[Issued]] = PendingCounts()


def count_token(
    client_id: str,
    credential: Credential | None,
    *,
    lifetime_s: int,
    chosen: Chosen | None = None,
    address: str,
    now: datetime,
) -> None:
    """Count a token for the ``chosen`` API, got with ``credential``; nothing is written yet.

    Introspection counts as a use with a ``lifetime_s`` of 0, since it needs the credential as well.
    """
    hour = int(now.timestamp()) // _HOUR_S
    if chosen is None:
        one = Issued(client_id, credential, hour, lifetime_s, "", "", False)
    else:
        api_id, asked_scope, is_named = chosen.target.api_id, chosen.asked_scope, chosen.is_named
        one = Issued(client_id, credential, hour, lifetime_s, api_id, asked_scope, is_named)
    issued.add(one, at=now, address=address)
    if credential is not None:
        addresses.note(credential, address, hour=hour, now=now)


def flush() -> None:
    """Write all counts; what cannot be written now is kept for the next time."""
    try:
        issued.write(_add_issued, order=lambda one: (one.client_id, one.credential or (), one.hour))
        addresses.flush()
        near_misses.flush()  # before the refusals, which tell pages to ask for what is new
        refused_requests.flush()
        renewal.flush()
    except DatabaseError as error:
        log.warning("The counts of token requests wait for the database: %s", error)
        connection.close()


def _add_issued(counts: dict[Issued, Seen]) -> None:
    uses: dict[str, list[Any]] = {kind: [] for kind in _ADD_USES}
    public_uses, last_uses, requests, asked = [], [], [], []
    for one, seen in counts.items():
        hour = datetime.fromtimestamp(one.hour * _HOUR_S, UTC)
        address = upserts.address(seen.address)
        if one.credential is not None and one.credential.kind in uses:
            tokens = seen.times if one.lifetime_s else 0
            row = (hour, tokens, seen.last_at, address, one.credential.id)
            uses[one.credential.kind].append(row)
        elif one.lifetime_s:
            public_uses.append((hour, seen.times, seen.last_at, address, UUID(one.client_id)))
        if one.lifetime_s:
            requests.append(tenant_hours.Requests(UUID(one.client_id), hour, tokens=seen.times))
            ends_at = seen.last_at + timedelta(seconds=one.lifetime_s)
            last_uses.append((seen.last_at, seen.last_at, ends_at, ends_at, UUID(one.client_id)))
        if one.api_id:
            ids = UUID(one.client_id), UUID(one.api_id)
            what = api_usage.Asked(*ids, hour, one.asked_scope, one.is_named)
            asked.append((what, api_usage.Counted(seen.times, seen.last_at)))
    upserts.run(
        *((statement, uses[kind]) for kind, statement in _ADD_USES.items()),
        (_ADD_ISSUED_WITHOUT, public_uses),
        (_SET_LAST_USE, last_uses),
        (tenant_hours.ADD, tenant_hours.rows(requests)),
        (api_usage.ADD, api_usage.rows(asked)),
        (api_usage.ADD_HOUR, api_usage.hour_rows(asked)),
    )
