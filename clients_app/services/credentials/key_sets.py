"""The keys that clients and issuers publish: fetched by threads, kept for all processes.

Keys are fetched when an address is saved, and by the worker before they are old. A request with a
key that is not known yet, after a rotation, lets them be fetched at once, but not again within
AGAIN by all processes together. It waits WAIT_S at most, as the only one of its process, and not
where it was too short the last time; otherwise its client is asked to come again.

Source: CRE-8.
"""

import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import Error as DatabaseError
from django.db import connections, transaction
from django.db.models import Exists, OuterRef, Q

from clients_app.limits import ANSWER_MAX
from clients_app.models import ClientKey, FederatedIdentity, FetchedKeySet
from clients_app.rules.verdicts import shown
from clients_app.services.credentials.published_keys import NoKeys, OtherIssuer, published

KEPT: Final = timedelta(hours=24)  # since the last success; older keys verify nothing
AGAIN: Final = timedelta(seconds=10)  # between two tries
RETRY: Final = timedelta(minutes=1)  # after a failure, by the worker
WAIT_S: Final = 1.0
AT_ONCE: Final = 4  # threads of a process that fetch
PIECE: Final = 8  # in one run of the worker

log = logging.getLogger("clients_app.keys")


class Source(NamedTuple):
    """Where keys are published: an address, or the issuer whose document says where."""

    url: str
    is_issuer: bool


class NotYet(Exception):
    """The keys are being fetched."""


_tried: Final[dict[Source, float]] = {}  # by the monotonic clock
_running: Final[dict[Source, threading.Event]] = {}
_slow: Final[set[Source]] = set()  # did not answer within WAIT_S
_busy: Final = threading.BoundedSemaphore(AT_ONCE)
_waiting: Final = threading.BoundedSemaphore(1)


def is_fresh(fetched_at: datetime | None, *, now: datetime) -> bool:
    """Return whether keys that were fetched then may still verify signatures."""
    return fetched_at is not None and now - fetched_at < KEPT


def expect(source: Source, *, now: datetime) -> None:
    """Fetch the keys of ``source`` after the transaction that saves a credential with it."""
    FetchedKeySet.objects.get_or_create(**source._asdict(), defaults={"due_at": now})
    transaction.on_commit(lambda: fetch_aside(source))


def fetch_aside(source: Source) -> threading.Event | None:
    """Fetch the keys in a thread; the event is set when that is done, or when it was already begun.

    None if they were fetched a moment ago, or if AT_ONCE others are being fetched.
    """
    if (done := _running.get(source)) or _is_recent(source):
        return done
    if not _busy.acquire(blocking=False):
        return None
    _tried[source] = time.monotonic()
    done = _running[source] = threading.Event()

    def work() -> None:
        try:
            fetch(source, now=datetime.now(UTC))
        except DatabaseError as error:
            log.warning("The keys of %s cannot be stored: %s", source.url, error)
        finally:
            connections.close_all()
            _busy.release()
            _running.pop(source, None)
            done.set()

    threading.Thread(target=work, name="key sets", daemon=True).start()
    return done


def _is_recent(source: Source) -> bool:
    tried_at = _tried.get(source)
    return tried_at is not None and time.monotonic() - tried_at < AGAIN.total_seconds()


def wait_for(sources: Iterable[Source]) -> bool:
    """Fetch the keys, and return True when there may be others than before.

    False if all were fetched a moment ago. Errors: NotYet where that takes too long, or where
    AT_ONCE others are being fetched.
    """
    wanted = list(sources)
    begun = [(source, done) for source in wanted if (done := fetch_aside(source)) is not None]
    if not begun:
        if all(map(_is_recent, wanted)):
            return False
        raise NotYet
    if any(source in _slow for source, _ in begun) or not _waiting.acquire(blocking=False):
        raise NotYet
    ends_at_s = time.monotonic() + WAIT_S
    try:
        for source, done in begun:
            if not done.wait(max(0.0, ends_at_s - time.monotonic())):
                _slow.add(source)
                raise NotYet
    finally:
        _waiting.release()
    return True


def forget() -> None:
    """Forget what was tried; for tests."""
    for kept in (_tried, _slow):
        kept.clear()


def fetch(source: Source, *, now: datetime) -> FetchedKeySet | None:
    """Fetch the keys of ``source`` and store them, or why that failed.

    None if another process does so or did a moment ago, and if no credential needs them.
    """
    row = FetchedKeySet.objects.filter(**source._asdict()).first()
    if row is None or not _claim(row, now=now):
        return None
    row.tried_at, former = now, row.failure
    try:
        row.jwks, lifetime = published(source.url, is_issuer=source.is_issuer)
    except NoKeys as error:
        row.failure, row.due_at = shown(str(error))[:ANSWER_MAX], now + RETRY
        if isinstance(error, OtherIssuer) and row.fetched_at is None:
            row.jwks = error.jwks
        if row.failure != former:
            log.warning("No keys from %s: %s", source.url, row.failure)
    else:
        row.failure, row.fetched_at, row.due_at = "", now, now + lifetime
        _slow.discard(source)
    row.save()
    return row


def refresh(*, now: datetime) -> None:
    """Fetch what is due, and forget what no credential needs: a chore of the worker."""
    _in_use(FetchedKeySet.objects.all(), is_used=False).delete()
    due = _in_use(FetchedKeySet.objects.filter(due_at__lte=now), is_used=True)
    sources = [
        Source(*one) for one in due.order_by("due_at").values_list("url", "is_issuer")[:PIECE]
    ]

    def work(source: Source) -> None:
        try:
            fetch(source, now=datetime.now(UTC))
        finally:
            connections.close_all()

    if sources:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="key sets") as pool:
            list(pool.map(work, sources))


def _in_use(rows: Any, *, is_used: bool) -> Any:
    keys = ClientKey.objects.present().filter(client__removed_at=None)
    identities = FederatedIdentity.objects.present().filter(
        client__removed_at=None, jwks__isnull=True
    )
    wanted = Q(Exists(keys.filter(jwks_url=OuterRef("url"))), is_issuer=False) | Q(
        Exists(identities.filter(issuer=OuterRef("url"))), is_issuer=True
    )
    return rows.filter(wanted if is_used else ~wanted)


def _claim(row: FetchedKeySet, *, now: datetime) -> bool:
    """Return whether this process may try now; of several at the same time, one may."""
    free = Q(tried_at=None) | Q(tried_at__lte=now - AGAIN)
    return bool(FetchedKeySet.objects.filter(free, pk=row.pk).update(tried_at=now))
