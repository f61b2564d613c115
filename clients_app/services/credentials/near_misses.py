"""Refused assertions that came close, kept for the people who look after the client (CRE-7).

A request only notes one in memory; the thread that writes the counts writes them. Of assertions
that no known key signed, which anybody can write, there are few, and they do not fill the list.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from clients_app.limits import NEAR_MISSES_MAX
from clients_app.models import Client, ClientKey, FederatedIdentity, NearMiss
from clients_app.rules.verdicts import Verdict
from clients_app.services.tokens.credentials import IDENTITY, KEY, Credential

LOOKS_MAX: Final = 200  # keys in a batch that are tried only to tell people
KEPT: Final = timedelta(hours=24)
WAITING_MAX: Final = 200  # in memory, until the next batch; more are not noted
OF_CLIENT_MAX: Final = 5  # of one client in a batch, which is every few seconds
UNSIGNED_OF_CLIENT_MAX: Final = 2  # of those, without a right signature
UNSIGNED_WAITING_MAX: Final = 20  # of all clients in a batch: a flood leaves room for the others
UNSIGNED_MAX: Final = 5  # of the NEAR_MISSES_MAX that are kept


class Noted(NamedTuple):
    """A near miss that is not written yet."""

    client_id: UUID
    credential: Credential | None
    verdicts: tuple[Verdict, ...]
    is_signed: bool
    address: str
    at: datetime


noted: Final[deque[Noted]] = deque()
_looked: Final = [0]  # keys since the last batch


def has_room(client_id: UUID, *, is_signed: bool = True) -> bool:
    """Return whether another one would be noted now: else it need not be found out."""
    waiting = list(noted)
    if len(waiting) >= WAITING_MAX:
        return False
    if not is_signed and sum(not one.is_signed for one in waiting) >= UNSIGNED_WAITING_MAX:
        return False
    own = [one.is_signed for one in waiting if one.client_id == client_id]
    return len(own) < OF_CLIENT_MAX and (is_signed or own.count(False) < UNSIGNED_OF_CLIENT_MAX)


def look(keys: int) -> bool:
    """Count a look at ``keys`` that cannot prove the client; False after LOOKS_MAX of a batch.

    One at too many keys leaves room for others.
    """
    if _looked[0] + keys > LOOKS_MAX:
        return False
    _looked[0] += keys
    return True


def note(
    client_id: UUID,
    verdicts: Sequence[Verdict],
    *,
    credential: Credential | None,
    is_signed: bool,
    address: str,
    now: datetime,
) -> None:
    """Note what was wrong with an assertion; ``credential`` is the one that it came nearest to."""
    if has_room(client_id, is_signed=is_signed):
        noted.append(Noted(client_id, credential, tuple(verdicts), is_signed, address, now))


def flush() -> None:
    """Write what was noted, and keep NEAR_MISSES_MAX of each client.

    Errors: django.db.Error; what was not written is kept.
    """
    _looked[0] = 0
    if not (waiting := list(noted)):
        return
    known = _present(Client.objects, {one.client_id for one in waiting})
    NearMiss.objects.bulk_create(_rows([one for one in waiting if one.client_id in known]))
    for client_id in known:
        own = NearMiss.objects.filter(client=client_id)
        _keep_newest(own.filter(is_signed=False), UNSIGNED_MAX)
        _keep_newest(own, NEAR_MISSES_MAX)
    for _ in waiting:
        noted.popleft()


def _keep_newest(rows: QuerySet[NearMiss], maximum: int) -> None:
    rows.filter(pk__in=list(rows.values_list("pk", flat=True)[maximum:])).delete()


def remove_old(*, now: datetime) -> None:
    """Remove those that are older than KEPT: a chore."""
    NearMiss.objects.filter(at__lt=now - KEPT).delete()


def _present(rows: Any, keys: set[Any]) -> set[Any]:
    return set(rows.filter(pk__in=keys).values_list("pk", flat=True))


def _rows(waiting: Sequence[Noted]) -> list[NearMiss]:
    """Return the rows to write; a credential that is gone meanwhile is left out."""
    named = {one.credential for one in waiting if one.credential}
    keys = _present(ClientKey.objects, {one.id for one in named if one.kind == KEY})
    identities = _present(
        FederatedIdentity.objects, {one.id for one in named if one.kind == IDENTITY}
    )
    return [_row(one, keys, identities) for one in waiting]


def _row(one: Noted, keys: set[int], identities: set[int]) -> NearMiss:
    kind, number = one.credential or ("", None)
    return NearMiss(
        client_id=one.client_id,
        key_id=number if kind == KEY and number in keys else None,
        identity_id=number if kind == IDENTITY and number in identities else None,
        at=one.at,
        is_signed=one.is_signed,
        address=one.address or None,
        verdicts=[verdict._asdict() for verdict in one.verdicts],
    )
