"""Limits how many requests a caller of the REST API may send in a minute, over all processes.

A process takes a share of the minute at a time, so that most requests write nothing. So callers may
be refused a little before the limit, by one share for each process, also for one that was
restarted: a 200th of it.

Source: API-6.
"""

import logging
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections, router

from clients_app.models import FailureCount

WINDOW_S: Final = 60
CALLERS_MAX: Final = 10_000  # that this process remembers
_SHARES: Final = 200  # of the limit, for each process

#: One statement, because the ORM's upsert can overwrite a count but not add to it.
_ADD: Final = """
INSERT INTO clients_app_failurecount AS t (source, failures, since) VALUES (%s, %s, %s)
ON CONFLICT (source) DO UPDATE SET
  failures = CASE WHEN t.since + 60 <= excluded.since THEN excluded.failures
    ELSE t.failures + excluded.failures END,
  since = CASE WHEN t.since + 60 <= excluded.since THEN excluded.since ELSE t.since END
RETURNING failures, since
"""

log = logging.getLogger("clients_app.api")


class _Share(NamedTuple):
    left: int  # requests
    until: int  # the second at which the minute of the caller ends


#: what this process may still let through, by caller
shares: Final[dict[str, _Share]] = {}


def seconds_to_wait(caller: str, *, now: datetime) -> int:
    """Count a request; return the seconds that ``caller`` must wait, 0 for none."""
    second = int(now.timestamp())
    share = shares.get(caller)
    if share is None or share.until <= second or share.left == 0:
        share = _next_share(caller, second)
    if share.left <= 0:
        shares[caller] = share
        return max(share.until - second, 1)
    while len(shares) >= CALLERS_MAX and caller not in shares:
        shares.pop(next(iter(shares)), None)
    shares[caller] = share._replace(left=share.left - 1)
    return 0


def forget() -> None:
    """Forget all callers; for tests."""
    shares.clear()


def _next_share(caller: str, second: int) -> _Share:
    """Return another share of the caller's minute; none of it is left (-1) at the limit."""
    limit: int = settings.API_REQUESTS_PER_MINUTE
    wanted = max(limit // (_SHARES * settings.WORKERS), 1)
    try:
        with connections[router.db_for_write(FailureCount)].cursor() as cursor:
            cursor.execute(_ADD, (f"api {caller}", wanted, second))
            taken, since = cursor.fetchone()
    except DatabaseError as error:
        log.warning("Requests of %s could not be counted: %s", caller, error)
        return _Share(wanted, second + WINDOW_S)
    left = wanted if taken <= limit else max(wanted - (taken - limit), -1)
    return _Share(left or -1, since + WINDOW_S)
