"""Issued and refused token requests: counted in memory, written in batches by the housekeeping.

A token request writes nothing. A process that is killed loses what it has counted since its last
batch; one that is told to stop writes it first.

Source: LOG-4, AVA-6.
"""

import logging
from datetime import datetime
from typing import Final, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection

from clients_app.services.secrets import digests
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import hourly_rows, rejected_requests
from clients_app.services.usage.pending_counts import PendingCounts

FLUSH_EVERY_S: Final = 5.0  # and 5 s for a locked database: written at most 10 s late
_HOUR_S: Final = 3600

log = logging.getLogger("clients_app.usage")


class IssuedKey(NamedTuple):
    """Tokens are counted by these; ``hour`` in hours since 1970, ``lifetime_s`` at their issue,
    0 where a credential was used for something else than a token."""

    client_id: str
    credential: Credential | None
    hour: int
    lifetime_s: int

    @property
    def secret_id(self) -> int | None:
        """The secret of the hourly row; other credentials have none."""
        return self.credential.secret_id if self.credential else None


issued: Final[PendingCounts[IssuedKey]] = PendingCounts()


def count_token(
    client_id: str,
    credential: Credential | None,
    *,
    lifetime_s: int,
    address: str,
    now: datetime,
) -> None:
    """Count a token that the client got by ``credential``; nothing is written yet."""
    hour = int(now.timestamp()) // _HOUR_S
    issued.add(IssuedKey(client_id, credential, hour, lifetime_s), at=now, address=address)


def count_use(
    client_id: str, credential: Credential | None, *, address: str, now: datetime
) -> None:
    """Count that the client used ``credential`` for something else than a token.

    An API that only introspects needs its credential as much as a machine that gets tokens.
    """
    count_token(client_id, credential, lifetime_s=0, address=address, now=now)


def flush() -> None:
    """Write all that was counted; what cannot be written now is kept for the next time."""
    try:
        _flush_issued()
        rejected_requests.flush()
        digests.flush_renewed()
    except DatabaseError as error:
        log.warning("The counts of token requests wait for the database: %s", error)
        connection.close()


def _flush_issued() -> None:
    taken = issued.take()
    try:
        # by client and secret: processes that write at once take their locks in one order
        in_order = sorted(taken, key=lambda key: (key.client_id, key.secret_id or 0, key.hour))
        for some in hourly_rows.in_pieces(in_order):
            hourly_rows.write_issued(
                [
                    hourly_rows.Issued(
                        key.client_id,
                        key.secret_id,
                        key.hour * _HOUR_S,
                        key.lifetime_s,
                        taken[key],
                    )
                    for key in some
                ]
            )
            for key in some:
                del taken[key]
    finally:
        issued.give_back(taken)
