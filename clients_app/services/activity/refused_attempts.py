"""Refused attempts and failed sign-ins as audit events, which a flood of them does not multiply.

The first refused attempt of an actor at an action is an event at once; those of the next ten
minutes are counted in the memory of this process and become one event. What someone does
who is not signed in waits in memory as well: such a request never takes the lock of a chain
(AUD-2). Usernames that do not exist go to the log alone.
"""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Forbidden
from clients_app.models import Client, Person
from clients_app.rules.names import key_of
from clients_app.services.usage.pending_counts import PendingCounts, Seen

FLUSH_EVERY_S: Final = 5.0
QUIET: Final = timedelta(minutes=10)  # in which what an actor repeats is counted
NAMES_MAX: Final = 1_000  # different ones of a batch; the others are counted together
_NAME_MAX: Final = 200  # characters of a name that are kept

log = logging.getLogger("clients_app.attempts")


class Attempt(NamedTuple):
    """What is counted together: an action of an actor, or sign-ins with one username."""

    action: str
    actor: Actor | None = None
    username_key: str = ""


repeated: Final[PendingCounts[Attempt]] = PendingCounts()
_quiet_until: Final[dict[Attempt, datetime]] = {}
_lock: Final = threading.Lock()


def note_refused(error: Forbidden, *, actor: Actor, now: datetime) -> None:
    """Record that ``actor`` was refused; call it after the operation was rolled back.

    Where it cannot be written now it is counted; the actor stays refused either way.
    """
    nobody_in_particular = replace(
        actor, rights=frozenset(), has_fresh_proof=bool, address="", operation_id=""
    )
    attempt = Attempt(error.action or "attempt", nobody_in_particular)
    if _is_quiet(attempt, now):
        repeated.add(attempt, at=now, address=actor.address)
        return
    try:
        _record(attempt.action, error.client, by=actor, now=now)
    except DatabaseError as failure:
        log.warning("A refused attempt waits for the database: %s", failure)
        _quiet_until.pop(attempt, None)
        repeated.add(attempt, at=now, address=actor.address)


def note_failed_sign_in(username: str, *, address: str, now: datetime) -> None:
    """Count that a sign-in with this username failed; nothing is looked up or written yet."""
    key = key_of(username[:_NAME_MAX].replace("\0", ""))
    attempt = Attempt("sign-in.refused", username_key=key)
    if len(repeated) >= NAMES_MAX and attempt not in repeated:
        attempt = Attempt("sign-in.refused")
    repeated.add(attempt, at=now, address=address)


def flush() -> None:
    """Write what was counted, except what was recorded less than QUIET ago."""
    _write(repeated.take(), now=datetime.now(UTC))


def flush_all() -> None:
    """Write all that was counted: this process ends."""
    _quiet_until.clear()
    flush()


def forget() -> None:
    """Forget every attempt; for tests."""
    repeated.take()
    _quiet_until.clear()


def _is_quiet(attempt: Attempt, now: datetime) -> bool:
    """Return whether it was recorded within QUIET; if not, it counts as recorded now."""
    with _lock:
        if _quiet_until.get(attempt, now) > now:
            return True
        _quiet_until[attempt] = now + QUIET
        return False


def _write(taken: dict[Attempt, Seen], *, now: datetime) -> None:
    for attempt in [attempt for attempt, until in list(_quiet_until.items()) if until <= now]:
        if attempt not in taken:
            _quiet_until.pop(attempt, None)
    names = {attempt.username_key for attempt in taken}
    strangers = PendingCounts[str]()
    try:
        people = {one.username_key: one for one in Person.objects.filter(username_key__in=names)}
        for attempt in list(taken):
            person = people.get(attempt.username_key)
            if attempt.actor is None and person is None:
                strangers.give_back({taken[attempt].address: taken[attempt]})
            elif _is_quiet(attempt, now):
                continue
            else:
                _record_repeated(attempt, taken[attempt], person, now=now)
            del taken[attempt]
    except DatabaseError as error:
        log.warning("Refused attempts wait for the database: %s", error)
        connection.close()
    finally:
        repeated.give_back(taken)
    for address, seen in strangers.take().items():
        log.warning("%d sign-ins with unknown usernames from %s failed.", seen.count, address)


def _record_repeated(attempt: Attempt, seen: Seen, person: Person | None, *, now: datetime) -> None:
    actor = attempt.actor
    if actor is None:
        assert person is not None  # noqa: S101  narrows the type
        actor = Actor.unknown(person.tenant_id)
    after = {"attempts": seen.count, "first_at": seen.first_at, "last_at": seen.last_at}
    _record(attempt.action, person, by=replace(actor, address=seen.address), now=now, after=after)


def _record(
    action: str,
    subject: Client | Person | None,
    *,
    by: Actor,
    now: datetime,
    after: dict[str, Any] | None = None,
) -> None:
    with transaction.atomic():
        audit.record(
            action,
            subject,
            actor=by,
            now=now,
            after=after,
            outcome=audit.REFUSED,
        )
