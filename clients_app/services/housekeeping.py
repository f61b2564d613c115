"""What a process does besides answering or sending: chores, done in turn by one thread.

A chore that fails is logged and tried again at its next time.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.util import Finalize
from typing import Final, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection

from clients_app.errors import PortalError
from clients_app.services.activity import refused_attempts
from clients_app.services.notices import deliveries, schedule
from clients_app.services.signing_keys import public_keys, rotation
from clients_app.services.tenants import policies
from clients_app.services.tokens import revocation
from clients_app.services.usage import counts

log = logging.getLogger("clients_app.housekeeping")


class Chore(NamedTuple):
    """Work that is done every ``every_s`` seconds, and what is done at the end, if anything."""

    name: str
    every_s: float
    do: Callable[[], None]
    at_end: Callable[[], None] | None = None


def look_after_keys() -> None:
    """Remember the public keys, in case the database goes away; follow the schedule of the keys."""
    public_keys.read_key_set()
    rotation.follow_schedule(now=datetime.now(UTC))


def forget_revoked_tokens() -> None:
    """Forget those that have ended by themselves."""
    revocation.forget_ended(now=datetime.now(UTC))


def look_for_ends() -> None:
    """Queue the notices of the day."""
    schedule.queue_daily_notices(now=datetime.now(UTC))


def look_after_policies() -> None:
    """Give an end to the secrets that forced rotation demands one of."""
    policies.end_old_secrets(now=datetime.now(UTC))


def look_after_messages() -> None:
    """Remove what is old."""
    now = datetime.now(UTC)
    deliveries.remove_old(now=now)
    schedule.remove_old(now=now)


CHORES: Final = (  # of each web process
    Chore("usage", counts.FLUSH_EVERY_S, counts.flush, at_end=counts.flush),
    Chore(
        "attempts",
        refused_attempts.FLUSH_EVERY_S,
        refused_attempts.flush,
        at_end=refused_attempts.flush_all,
    ),
    Chore("signing keys", 10.0, look_after_keys),
    Chore("revoked tokens", 60.0, forget_revoked_tokens),
)
END_S: Final = 5.0  # for the chores of the end; half of what the server gives its workers
WORKER_CHORES: Final = (
    Chore("policies", 60.0, look_after_policies),
    Chore("notices", 60.0, look_for_ends),
    Chore("messages", 60.0, look_after_messages),
)


def begin(chores: Sequence[Chore] = CHORES) -> None:
    """Do the chores from now on, and those of the end when this process is told to end.

    The server's workers run neither ``atexit`` nor handlers of SIGTERM, but they do run Finalize.
    What a locked database does not take within END_S is lost, as if the process had been killed.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=do_in_turn, args=(chores, ended), name="housekeeping", daemon=True
    )

    def finish() -> None:
        ended.set()
        thread.join(END_S)
        if thread.is_alive():
            log.error("This process ends before its last counts are written.")

    thread.start()
    Finalize(None, finish, exitpriority=0)


def do_in_turn(chores: Sequence[Chore], ended: threading.Event) -> None:
    due_at_s = dict.fromkeys(chores, time.monotonic())
    while True:
        first = min(chores, key=due_at_s.__getitem__)
        if ended.wait(max(0.0, due_at_s[first] - time.monotonic())):
            break
        _do(first)
        due_at_s[first] = time.monotonic() + first.every_s
    for chore in chores:
        if chore.at_end is not None:
            _do(chore._replace(do=chore.at_end))


def _do(chore: Chore) -> None:
    try:
        chore.do()
    except (DatabaseError, PortalError) as error:
        log.error("%s: %s", chore.name, error)
        connection.close()
    except Exception:
        log.exception("%s failed.", chore.name)
