"""Refused assertions that came close, kept for the people who look after the client (CRE-7).

A request only notes one in memory; the thread that writes the counts writes them. Only assertions
with a signature that is right, or from an issuer that the client knows, are noted: so a stranger
can neither write nor fill this list.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from clients_app.limits import NEAR_MISSES_MAX
from clients_app.models import Client, NearMiss
from clients_app.rules.assertions import Verdict
from clients_app.services.tokens.credentials import IDENTITY, KEY, Credential

KEPT: Final = timedelta(hours=24)
WAITING_MAX: Final = 200  # in memory, until the next batch; more are not noted
OF_CLIENT_MAX: Final = 5  # of one client in a batch, which is every few seconds


class Noted(NamedTuple):
    """A near miss that is not written yet."""

    client_id: UUID
    credential: Credential | None
    verdicts: tuple[Verdict, ...]
    address: str
    at: datetime


noted: Final[deque[Noted]] = deque()


def has_room(client_id: UUID) -> bool:
    """Return whether another one would be noted now: else it need not be found out."""
    waiting = list(noted)
    own = sum(one.client_id == client_id for one in waiting)
    return len(waiting) < WAITING_MAX and own < OF_CLIENT_MAX


def note(
    client_id: UUID,
    verdicts: Sequence[Verdict],
    *,
    credential: Credential | None,
    address: str,
    now: datetime,
) -> None:
    """Note what was wrong with an assertion; ``credential`` is the one that it came nearest to."""
    if has_room(client_id):
        noted.append(Noted(client_id, credential, tuple(verdicts), address, now))


def flush() -> None:
    """Write what was noted, and keep NEAR_MISSES_MAX of each client.

    Errors: django.db.Error; what was not written is kept.
    """
    if not (waiting := list(noted)):
        return
    known = set(
        Client.objects.filter(pk__in={one.client_id for one in waiting}).values_list(
            "pk", flat=True
        )
    )
    NearMiss.objects.bulk_create(_row(one) for one in waiting if one.client_id in known)
    for client_id in known:
        own = NearMiss.objects.filter(client=client_id)
        kept = list(own.values_list("pk", flat=True)[:NEAR_MISSES_MAX])
        own.exclude(pk__in=kept).delete()
    for _ in waiting:
        noted.popleft()


def remove_old(*, now: datetime) -> None:
    """Remove those that are older than KEPT: a chore."""
    NearMiss.objects.filter(at__lt=now - KEPT).delete()


def _row(one: Noted) -> NearMiss:
    kind, number = one.credential or ("", None)
    return NearMiss(
        client_id=one.client_id,
        key_id=number if kind == KEY else None,
        identity_id=number if kind == IDENTITY else None,
        at=one.at,
        address=one.address or None,
        verdicts=[verdict._asdict() for verdict in one.verdicts],
    )
