"""Periodic tasks ("chores") of a process, run in turn by one thread.

A chore that fails is logged and tried again at its next time.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.util import Finalize
from typing import Any, Final, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection

from clients_app import measures
from clients_app.audit import stream
from clients_app.errors import PortalError
from clients_app.services import retention
from clients_app.services.activity import refused_attempts as attempts
from clients_app.services.alerts import watch
from clients_app.services.credentials import key_sets, near_misses, used_assertions
from clients_app.services.notices import deliveries, schedule
from clients_app.services.people import guess_notices
from clients_app.services.signing_keys import public_keys, rotation
from clients_app.services.tenants import policies
from clients_app.services.tokens import revocation
from clients_app.services.usage import counts

log = logging.getLogger("clients_app.housekeeping")


class Chore(NamedTuple):
    """A task for every ``every_s`` seconds, and another for the end of the process, if any."""

    name: str
    every_s: float
    do: Callable[[], object]
    at_end: Callable[[], object] | None = None


def with_now(*tasks: Callable[..., Any]) -> Callable[[], object]:
    """Return a function that calls each of ``tasks`` with the current time."""
    return lambda: [task(now=datetime.now(UTC)) for task in tasks]


def maintain_keys() -> None:
    """Remember the public keys in case the database goes away; rotate keys on schedule."""
    public_keys.read_key_set()
    rotation.follow_schedule(now=datetime.now(UTC))


AUDIT_STREAM: Final = Chore(
    "audit stream", stream.RESENT_EVERY_S, stream.resend, at_end=stream.say_what_is_unsent
)
CHORES: Final = (  # of each web process
    Chore("usage", counts.FLUSH_EVERY_S, counts.flush, at_end=counts.flush),
    Chore("attempts", attempts.FLUSH_EVERY_S, attempts.flush, at_end=attempts.flush_all),
    Chore("guesses", guess_notices.FLUSH_EVERY_S, guess_notices.flush, at_end=guess_notices.flush),
    Chore("metrics", measures.WRITTEN_EVERY_S, measures.write, at_end=measures.write),
    Chore("signing keys", 10.0, maintain_keys),
    Chore("revoked tokens", 60.0, with_now(revocation.delete_expired_revocations)),
    Chore("used assertions", 60.0, with_now(used_assertions.delete_expired)),
    AUDIT_STREAM,
)
END_S: Final = 5.0  # for the tasks at the end; half of what the server gives its workers
WORKER_CHORES: Final = (
    AUDIT_STREAM,
    Chore("key sets", 10.0, with_now(key_sets.refresh)),
    Chore("policies", 60.0, with_now(policies.end_old_secrets)),
    Chore("notices", 60.0, with_now(schedule.queue_daily_notices)),
    Chore("alerts", 60.0, with_now(watch.watch)),
    Chore("messages", 60.0, with_now(deliveries.remove_old, schedule.remove_old)),
    Chore("near misses", 600.0, with_now(near_misses.remove_old)),
    Chore("retention", 60.0, with_now(retention.roll_up_usage, retention.remove_old)),
)


def begin(chores: Sequence[Chore] = CHORES) -> None:
    """Run the chores in a thread from now on, and their ``at_end`` when this process ends.

    The server's workers run neither ``atexit`` nor SIGTERM handlers, but they do run Finalize.
    What a locked database does not accept within END_S is lost, as if the process had been killed.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=run_chores, args=(chores, ended), name="housekeeping", daemon=True
    )

    def finish() -> None:
        ended.set()
        thread.join(END_S)
        if thread.is_alive():
            log.error("This process ends before its last counts are written.")

    thread.start()
    Finalize(None, finish, exitpriority=0)


def run_chores(chores: Sequence[Chore], ended: threading.Event) -> None:
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
    except (DatabaseError, PortalError, OSError) as error:
        log.error("%s: %s", chore.name, error)
        connection.close()
    except Exception:
        log.exception("%s failed.", chore.name)
