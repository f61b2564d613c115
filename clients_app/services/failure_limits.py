"""Limits failed authentication to a hundred attempts a minute for each source, over all processes.

Past the limit a refusal is answered with 429; a correct secret is always accepted. A source is an
IPv4 address or an IPv6 /64 network.

Source: AVA-1, TOK-A22.
"""

import ipaddress
import logging
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import Error as DatabaseError
from django.db import connections, router

from clients_app.models import FailureCount

FAILURES_MAX: Final = 100
WINDOW_S: Final = 60
OVER_MAX: Final = 10_000  # sources over the limit that this process remembers

#: One statement, because the ORM's upsert can overwrite a count but not add to it.
_ADD: Final = """
INSERT INTO clients_app_failurecount AS t (source, failures, since) VALUES (%s, 1, %s)
ON CONFLICT (source) DO UPDATE SET
  failures = CASE WHEN t.since + 60 <= excluded.since THEN 1 ELSE t.failures + 1 END,
  since = CASE WHEN t.since + 60 <= excluded.since THEN excluded.since ELSE t.since END
RETURNING failures, since
"""

#: Not by the ORM, whose transaction would wait for the writers of this process.
_REMOVE_OLD: Final = "DELETE FROM clients_app_failurecount WHERE since <= %s"

log = logging.getLogger("clients_app.oauth")

#: Sources over the limit, with the second at which counting starts again.
over_limit: Final[dict[str, int]] = {}
_last_cleaning: Final = [0]


def seconds_left(address: str, *, now: datetime, kind: str = "") -> int:
    """Return the seconds that the source must wait, as far as this process knows; 0 for none."""
    return max(0, over_limit.get(kind + source_of(address), 0) - int(now.timestamp()))


def count_failure(address: str, *, now: datetime, kind: str = "") -> int:
    """Count a refused credential; return the seconds that its source must wait, 0 for none.

    Failures of another ``kind`` than that of client secrets are counted on their own.
    """
    source, second = kind + source_of(address), int(now.timestamp())
    if (until := over_limit.get(source, 0)) > second:
        return until - second
    try:
        failures, since = _counted(source, second)
    except DatabaseError as error:
        log.warning("A refused token request could not be counted: %s", error)
        return 0
    if failures <= FAILURES_MAX:
        return 0
    while len(over_limit) >= OVER_MAX:
        over_limit.pop(next(iter(over_limit)), None)
    over_limit[source] = until = since + WINDOW_S
    log.warning(
        "More than %d credentials from %s were refused within a minute; those of the next %d s are "
        "answered with 429 and not logged.",
        FAILURES_MAX,
        source or "an unknown address",
        until - second,
    )
    return max(until - second, 1)


@lru_cache(maxsize=4096)
def source_of(address: str) -> str:
    """Return the source that ``address`` belongs to; one caller can have 2**64 IPv6 addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


def reset() -> None:
    """Reset all counts."""
    over_limit.clear()
    _last_cleaning[0] = 0
    FailureCount.objects.all().delete()


def _counted(source: str, second: int) -> tuple[int, int]:
    """Add a failure; return the count of the source and the second in which it started."""
    with connections[router.db_for_write(FailureCount)].cursor() as cursor:
        if second - _last_cleaning[0] >= WINDOW_S:
            _last_cleaning[0] = second
            cursor.execute(_REMOVE_OLD, (second - WINDOW_S,))
        cursor.execute(_ADD, (source, second))
        failures, since = cursor.fetchone()
    return failures, since
