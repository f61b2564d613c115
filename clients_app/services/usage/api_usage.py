"""What clients asked for: tokens by client, API, scopes and hour, and the sums of each API.

Source: RES-8.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from clients_app.limits import TOKEN_SCOPE_MAX

#: Requests of one client that are told apart in an hour, by each process; after that, a request
#: counts as one without a scope. Its client chooses the scopes, in any number of combinations.
TOLD_APART_MAX: Final = 100

ADD: Final = """
INSERT INTO clients_app_apiusage (client_id, api_id, hour, scope, is_named, tokens, last_at)
SELECT c.id, a.id, %s, %s, %s, %s, %s FROM clients_app_client c
  JOIN clients_app_api a ON a.id = %s WHERE c.id = %s
ON CONFLICT (client_id, api_id, hour, scope, is_named) DO UPDATE SET
  tokens = clients_app_apiusage.tokens + excluded.tokens,
  last_at = CASE WHEN excluded.last_at >= clients_app_apiusage.last_at
    THEN excluded.last_at ELSE clients_app_apiusage.last_at END
"""
ADD_HOUR: Final = """
INSERT INTO clients_app_apihour (api_id, hour, tokens)
SELECT a.id, %s, %s FROM clients_app_api a WHERE a.id = %s
ON CONFLICT (api_id, hour) DO UPDATE SET tokens = clients_app_apihour.tokens + excluded.tokens
"""


class Asked(NamedTuple):
    """What tokens of one client in one hour were asked for."""

    client_id: UUID
    api_id: UUID
    hour: datetime
    scope: str  # in any order
    is_named: bool


class Counted(NamedTuple):
    """How many, and when the last one."""

    tokens: int
    last_at: datetime


#: by hour, of which the two that came last are kept, and by client
_told_apart: Final[dict[datetime, dict[UUID, set[tuple[Any, ...]]]]] = {}


def rows(counts: Iterable[tuple[Asked, Counted]]) -> list[tuple[Any, ...]]:
    """Return the rows for ``ADD``, in the one order in which all processes lock them."""
    sums: dict[Asked, Counted] = {}
    for asked, counted in counts:
        key = _told(asked)
        before = sums.get(key, Counted(0, counted.last_at))
        last_at = max(before.last_at, counted.last_at)
        sums[key] = Counted(before.tokens + counted.tokens, last_at)
    return [
        (one.hour, one.scope, one.is_named, *sums[one], one.api_id, one.client_id)
        for one in sorted(sums)
    ]


def hour_rows(counts: Iterable[tuple[Asked, Counted]]) -> list[tuple[Any, ...]]:
    """Return the rows for ``ADD_HOUR``, in one order too."""
    sums: dict[tuple[UUID, datetime], int] = {}
    for asked, counted in counts:
        place = asked.api_id, asked.hour
        sums[place] = sums.get(place, 0) + counted.tokens
    return [(hour, sums[api_id, hour], api_id) for api_id, hour in sorted(sums)]


def _told(asked: Asked) -> Asked:
    """Return ``asked`` with its scopes sorted, or without them beyond TOLD_APART_MAX."""
    if asked.hour not in _told_apart:
        _told_apart[asked.hour] = {}
        for hour in list(_told_apart)[:-2]:
            del _told_apart[hour]
    scope = " ".join(sorted(asked.scope.split(" ")))
    told = _told_apart[asked.hour].setdefault(asked.client_id, set())
    kind = asked.api_id, scope, asked.is_named
    if len(scope) > TOKEN_SCOPE_MAX or (kind not in told and len(told) >= TOLD_APART_MAX):
        return asked._replace(scope="")
    told.add(kind)
    return asked._replace(scope=scope)
