"""Refused attempts and failed sign-ins as audit events, which a flood of them does not multiply.

The first refused attempt of an actor at an action is an event immediately; those of the next ten
minutes are counted in the memory of this process and become one event. Failed sign-ins wait in
memory as well: a request without a session never takes the lock of a chain (AUD-2). Usernames that
do not exist only go to the log.
"""

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection, transaction

from clients_app import audit
from clients_app.actors import Actor
from clients_app.errors import Forbidden
from clients_app.models import Client, Person
from clients_app.rules.names import key_of
from clients_app.services.usage.pending_counts import PendingCounts, Seen, merge

FLUSH_EVERY_S: Final = 5.0
QUIET: Final = timedelta(minutes=10)  # after an event; repeated attempts are counted
NAMES_MAX: Final = 1_000  # different names in a batch; the others are counted together
_NAME_MAX: Final = 200  # characters of a name that are kept

log = logging.getLogger("clients_app.attempts")


class Attempt(NamedTuple):
    """What is counted together: one action of an actor, or sign-ins with one username.

    ``reason`` says what was wrong with a single sign-on or a passkey.
    """

    action: str
    actor: Actor | None = None
    username_key: str = ""
    reason: str = ""


repeated: Final[PendingCounts[Attempt]] = PendingCounts()
_quiet_until: Final[dict[Attempt, datetime]] = {}
_lock: Final = threading.Lock()


def note_refused(error: Forbidden, *, actor: Actor, now: datetime) -> None:
    """Record that ``actor`` was refused; call it after the operation was rolled back.

    If the event cannot be written now, the attempt is counted. The actor stays refused either way.
    """
    same_actor = replace(  # in any request
        actor, rights=frozenset(), has_fresh_proof=bool, address="", operation_id=""
    )
    attempt = Attempt(error.action or "attempt", same_actor)
    if _is_quiet(attempt, now):
        repeated.add(attempt, at=now, address=actor.address)
        return
    try:
        _record(attempt.action, error.client, actor=actor, now=now)
    except DatabaseError as failure:
        log.warning("A refused attempt waits for the database: %s", failure)
        _quiet_until.pop(attempt, None)
        repeated.add(attempt, at=now, address=actor.address)


def note_failed_sign_in(username: str, *, address: str, now: datetime, reason: str = "") -> None:
    """Count that a sign-in with this username failed; nothing is looked up or written yet.

    ``reason`` says what was wrong with a passkey.
    """
    key = key_of(username[:_NAME_MAX].replace("\0", ""))
    attempt = Attempt("sign-in.refused", username_key=key, reason=reason)
    if len(repeated) >= NAMES_MAX and attempt not in repeated:
        attempt = Attempt("sign-in.refused")
    repeated.add(attempt, at=now, address=address)


def note_refused_link(username: str, *, address: str, now: datetime) -> None:
    """Count that a one-time link of this person was refused: used before, over, or made up."""
    attempt = Attempt("link.refused", username_key=key_of(username))
    if len(repeated) < NAMES_MAX or attempt in repeated:
        repeated.add(attempt, at=now, address=address)


def note_refused_sign_on(
    reason: str, *, tenant_id: UUID | None, username: str, address: str, now: datetime
) -> None:
    """Count that single sign-on was refused for ``reason``, which names the provider.

    It becomes an event of the tenant, or of that of the person with ``username`` if they are known.
    """
    actor = Actor.unknown(tenant_id) if tenant_id and not username else None
    attempt = Attempt("sign-on.refused", actor, key_of(username), reason)
    if len(repeated) >= NAMES_MAX and attempt not in repeated:
        attempt = attempt._replace(reason="")
    log.warning("Single sign-on was refused. %s", reason)
    repeated.add(attempt, at=now, address=address)


def flush() -> None:
    """Write all counts, except of attempts that were recorded less than QUIET ago."""
    now, taken = datetime.now(UTC), repeated.take()
    strangers: dict[str, Seen] = {}
    for attempt, until in list(_quiet_until.items()):
        if until <= now and attempt not in taken:
            _quiet_until.pop(attempt, None)
    try:
        _write(taken, strangers, now=now)
    except DatabaseError as error:
        log.warning("Refused attempts wait for the database: %s", error)
        connection.close()
    finally:
        repeated.give_back(taken)
    for address, seen in strangers.items():
        log.warning("%d sign-ins with unknown usernames from %s failed.", seen.times, address)


def flush_all() -> None:
    """Write all counts: this process is about to exit."""
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


def _write(taken: dict[Attempt, Seen], strangers: dict[str, Seen], *, now: datetime) -> None:
    """Move what is due from ``taken`` to the chains, and unknown usernames to ``strangers``."""
    names = {attempt.username_key for attempt in taken}
    people = {one.username_key: one for one in Person.objects.filter(username_key__in=names)}
    for attempt, seen in list(taken.items()):
        person = people.get(attempt.username_key)
        actor = attempt.actor or (Actor.unknown(person.tenant_id) if person else None)
        if actor is None:
            merge(strangers, seen.address, seen)
        elif _is_quiet(attempt, now):
            continue
        else:
            by = replace(actor, address=seen.address)
            after = {"attempts": seen.times, "first_at": seen.first_at, "last_at": seen.last_at}
            if attempt.reason:
                after["reason"] = attempt.reason
            _record(attempt.action, person, actor=by, now=now, after=after)
        del taken[attempt]


def _record(action: str, subject: Client | Person | None, **event: Any) -> None:
    with transaction.atomic():
        audit.record(action, subject, outcome=audit.REFUSED, **event)
