"""Checks a presented secret against those of a client, at little cost if it is wrong or known.

A wrong secret fails its keyed tag within a microsecond. A correct one that this process has seen
before is in the memo. Any other takes a run of Argon2id, through a gate that lets one run at a
time. A row with outdated parameters or tag key is then renewed.

Source: SEC-2, SEC-4 to SEC-8.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple
from uuid import UUID

from clients_app import derived_keys
from clients_app.errors import PortalError, gettext_noop
from clients_app.limits import SECRET_LENGTH_MAX
from clients_app.rules import secret_format
from clients_app.services.secrets import digests

MEMO_MAX: Final = 20_000  # entries of about 150 bytes
GATE_PLACES: Final = 1  # leaves one of two threads free
GATE_WAIT_S = 5.0
_LOW_PRIORITY: Final = 5  # added to the niceness of the thread that runs Argon2id


class Busy(PortalError):
    """Too many unseen secrets at once; the same request succeeds a little later."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("The server is busy. Try again in a second."))


class SecretRow(NamedTuple):
    """The columns of a live secret that verification reads."""

    id: int
    tag: bytes
    tag_key_id: str
    digest: str


def could_be_secret(plain: str) -> bool:
    """Return whether the length and checksum of ``plain`` are right."""
    return len(plain) <= SECRET_LENGTH_MAX and secret_format.is_well_formed(plain)


def matching_secret(plain: str, *, client_id: UUID, rows: Iterable[SecretRow]) -> int | None:
    """Return the id of the row whose secret is exactly ``plain``; None if there is none.

    ``rows`` are the live secrets of ``client_id``, just read, so the memo never outlives a row.
    Errors: Busy if Argon2id is needed and too many requests wait for it.
    """
    matching, undecided = _by_tag(plain, client_id, rows)
    candidates = matching or undecided
    for row in candidates:
        if _fingerprint(plain, client_id, row) in memo:
            return row.id
    if not candidates:
        return None
    return _through_the_gate(plain, client_id, candidates, may_wait=bool(matching))


def _by_tag(
    plain: str, client_id: UUID, rows: Iterable[SecretRow]
) -> tuple[list[SecretRow], list[SecretRow]]:
    """Return the rows whose tag matches, and those whose tag cannot be checked: its key is lost."""
    matching, undecided = [], []
    tags: dict[str, bytes | None] = {}
    for row in rows:
        if row.tag_key_id not in tags:
            key = derived_keys.key_by_id(derived_keys.SECRET_TAGS, row.tag_key_id)
            tags[row.tag_key_id] = key and digests.tag_of(plain, client_id=client_id, key=key)
        tag = tags[row.tag_key_id]
        if tag is None:
            undecided.append(row)
        elif hmac.compare_digest(tag, row.tag):
            matching.append(row)
    return matching, undecided


# The memo: fingerprints of secrets that matched before, under a random key of this process.
_memo_key: Final = secrets.token_bytes(32)
memo: Final[dict[bytes, None]] = {}
_memo_lock: Final = threading.Lock()


def _fingerprint(plain: str, client_id: UUID, row: SecretRow) -> bytes:
    message = b"%b %d %b %b" % (client_id.bytes, row.id, row.digest.encode(), plain.encode())
    return hashlib.blake2b(message, key=_memo_key, digest_size=32).digest()


def _remember(fingerprint: bytes) -> None:
    with _memo_lock:
        while len(memo) >= MEMO_MAX:
            del memo[next(iter(memo))]  # the oldest
        memo[fingerprint] = None


# The gate: one thread runs Argon2id for the whole process, at a lower priority than the others.
# A matching tag proves that the sender knows the secret, so they may wait, as many do after a
# restart. If tags cannot be checked, anyone could fill the queue, so the sender must try again.
places: Final = threading.BoundedSemaphore(GATE_PLACES)


def _lower_priority() -> None:
    with contextlib.suppress(OSError):  # no priorities per thread on this system
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)


argon2_thread: Final = ThreadPoolExecutor(1, "argon2", initializer=_lower_priority)


def _through_the_gate(
    plain: str, client_id: UUID, rows: list[SecretRow], *, may_wait: bool
) -> int | None:
    if not places.acquire(timeout=GATE_WAIT_S if may_wait else 0):
        raise Busy
    try:
        result = argon2_thread.submit(_first_match, plain, client_id, rows)
        return result.result(timeout=GATE_WAIT_S)
    except TimeoutError:
        result.cancel()
        raise Busy from None
    finally:
        places.release()


def _first_match(plain: str, client_id: UUID, rows: list[SecretRow]) -> int | None:
    for row in rows:
        fingerprint = _fingerprint(plain, client_id, row)
        if fingerprint in memo:  # remembered while this request waited
            return row.id
        if digests.digest_fits(plain, row.digest):
            _remember(fingerprint)
            if digests.is_outdated(row.digest, row.tag_key_id):
                argon2_thread.submit(digests.renew, plain, client_id, row.id, row.digest)
            return row.id
    return None
