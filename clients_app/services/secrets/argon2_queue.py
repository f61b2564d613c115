"""Argon2id for secrets whose MAC cannot be checked, because its key is lost.

One thread runs it for the whole process, at a lower priority than the others. At most QUEUE_MAX
checks wait for it, because anyone can send wrong secrets. Only one request waits for its result,
so that the worker's other thread stays free. The others get Busy at once. Their checks go on, so
the same request succeeds later.

Source: SEC-5.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar
from uuid import UUID

from clients_app import measures
from clients_app.errors import PortalError, gettext_noop
from clients_app.services.secrets import digests, renewal
from clients_app.services.secrets.renewal import SecretRow

P = ParamSpec("P")
R = TypeVar("R")

QUEUE_MAX: Final = 20  # checks, including the one that runs; each takes 20 ms for each secret
WAIT_S: Final = 5.0
_LOW_PRIORITY: Final = 5  # added to the niceness of the thread

log = logging.getLogger("clients_app.secrets")


class Busy(PortalError):
    """Argon2id runs for others; the same request succeeds a little later."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("The server is busy. Try again in a second."))


def _lower_priority() -> None:
    with contextlib.suppress(OSError):  # no priorities per thread on this system
        this = threading.get_native_id()
        before = os.getpriority(os.PRIO_PROCESS, this)
        os.setpriority(os.PRIO_PROCESS, this, before + _LOW_PRIORITY)


thread: Final = ThreadPoolExecutor(1, "argon2", initializer=_lower_priority)
_places: Final = threading.BoundedSemaphore(QUEUE_MAX)
_waits: Final = threading.Lock()  # held by the thread that waits for a result


def submit(do: Callable[P, R], *args: P.args, **more: P.kwargs) -> Future[R] | None:
    """Run ``do`` in the thread, after what waits there; None if the queue is full."""
    if not _places.acquire(blocking=False):
        return None
    running = thread.submit(do, *args, **more)
    running.add_done_callback(lambda _: _places.release())
    return running


def first_match(plain: str, client_id: UUID, rows: Sequence[SecretRow]) -> int | None:
    """Return the id of the row whose digest belongs to ``plain``, and renew it; None if none does.

    Errors: Busy.
    """
    check = submit(_first_match, plain, client_id, rows)
    if check is None or not _waits.acquire(blocking=False):
        measures.count(measures.CHECKS, "busy")
        raise Busy
    try:
        found = check.result(timeout=WAIT_S)
    except TimeoutError:
        measures.count(measures.CHECKS, "busy")
        raise Busy from None
    else:
        measures.count(measures.CHECKS, "wrong" if found is None else "right")
        return found
    finally:
        _waits.release()


def _first_match(plain: str, client_id: UUID, rows: Sequence[SecretRow]) -> int | None:
    for row in rows:
        if renewed := renewal.renewed.get(row):  # while this check waited
            if renewal.fits(plain, client_id, renewed):
                return row.id
        elif digests.digest_fits(plain, row.digest):
            log.warning(
                "Secret %s of client %s was checked by its digest: the SECRET_KEY under which it "
                "was stored is neither set nor a fallback.",
                row.id,
                client_id,
            )
            renewal.renew(plain, client_id, row)
            return row.id
    return None
