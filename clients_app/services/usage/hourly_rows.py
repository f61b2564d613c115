"""The rows that the counts of token requests are added to, in one statement for each.

``bulk_create`` can overwrite a row that exists, but not add to it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from django.db import connection, transaction

from clients_app.services.usage.pending_counts import Seen

PIECE: Final = 1000  # rows of one transaction: a few milliseconds, other writers wait no longer
T = TypeVar("T")

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
_SET_LAST_USE: Final = """
UPDATE clients_app_client SET
  last_token_at = CASE WHEN last_token_at > %s THEN last_token_at ELSE %s END,
  last_token_expires_at =
    CASE WHEN last_token_expires_at > %s THEN last_token_expires_at ELSE %s END
 WHERE id = %s
"""
_ADD_REFUSED: Final = """
INSERT INTO clients_app_tokenrefusal
  (client_id, secret_id, cause, day, requests, first_at, last_at, last_address)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (client_id, cause, day, COALESCE(secret_id, 0)) DO UPDATE SET
  requests = clients_app_tokenrefusal.requests + excluded.requests,
  first_at = CASE WHEN excluded.first_at < clients_app_tokenrefusal.first_at
    THEN excluded.first_at ELSE clients_app_tokenrefusal.first_at END,
  last_address = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.last_address ELSE clients_app_tokenrefusal.last_address END,
  last_at = CASE WHEN excluded.last_at >= clients_app_tokenrefusal.last_at
    THEN excluded.last_at ELSE clients_app_tokenrefusal.last_at END
"""


class Issued(NamedTuple):
    """Tokens that a client got by one secret in the hour that starts ``hour`` s after 1970; with
    a lifetime of 0 no tokens, but other uses of the secret. ``secret_id`` is None for tokens that
    were got without a secret: they only move the client's last use."""

    client_id: str
    secret_id: int | None
    hour: int
    lifetime_s: int
    seen: Seen


class Refused(NamedTuple):
    """Requests of a client refused on one UTC day for one cause."""

    client_id: UUID
    secret_id: int | None
    cause: str
    day: date
    seen: Seen


def in_pieces(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return ``rows`` in pieces for one short transaction each."""
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]


def write_issued(rows: Sequence[Issued]) -> None:
    """Add ``rows``, all or none; a secret that is gone is passed over."""
    used = [
        (
            _moment(datetime.fromtimestamp(row.hour, UTC)),
            row.seen.count if row.lifetime_s else 0,
            _moment(row.seen.last_at),
            _address(row.seen.address),
            row.secret_id,
        )
        for row in rows
        if row.secret_id is not None
    ]
    last = [(*_last_use(row), _guid(UUID(row.client_id))) for row in rows if row.lifetime_s]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ADD_ISSUED, used)
        cursor.executemany(_SET_LAST_USE, last)


def _last_use(row: Issued) -> tuple[Any, ...]:
    last_at = _moment(row.seen.last_at)
    ends_at = _moment(row.seen.last_at + timedelta(seconds=row.lifetime_s))
    return (last_at, last_at, ends_at, ends_at)


def write_refused(rows: Sequence[Refused]) -> None:
    """Add ``rows``, all or none."""
    values = [
        (
            _guid(row.client_id),
            row.secret_id,
            row.cause,
            connection.ops.adapt_datefield_value(row.day),
            row.seen.count,
            _moment(row.seen.first_at),
            _moment(row.seen.last_at),
            _address(row.seen.address),
        )
        for row in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ADD_REFUSED, values)


def _moment(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _address(address: str) -> Any:
    return connection.ops.adapt_ipaddressfield_value(address or None)


def _guid(guid: UUID) -> Any:
    return guid if connection.features.has_native_uuid_field else guid.hex
