"""Renews the stored form of a secret when it is used, because only then is its text at hand.

A row under a former or lost SECRET_KEY gets a MAC under the current one; a digest with outdated
parameters is computed again. The thread that writes usage counts stores the new form; until then
this process knows it. The secret does not change, so there is no audit event, and its version and
that of the client stay.

Source: SEC-4, SEC-5, AVA-6.
"""

import hmac
import threading
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app import derived_keys
from clients_app.models import ClientSecret
from clients_app.services.secrets import digests
from clients_app.services.usage import upserts


class SecretRow(NamedTuple):
    """The columns of a live secret that verification reads."""

    id: int
    tag: bytes
    tag_key_id: str
    digest: str


PIECE: Final = 500  # rows in one transaction: other writers wait no longer than milliseconds
_RENEW: Final = """
UPDATE clients_app_clientsecret SET tag = %s, tag_key_id = %s, digest = %s
 WHERE id = %s AND tag = %s AND digest = %s
"""

renewed: Final[dict[SecretRow, SecretRow]] = {}  # new forms that are not written yet
_lock: Final = threading.Lock()


def as_renewed(rows: Iterable[SecretRow]) -> list[SecretRow]:
    """Return ``rows`` as they will be once all that is renewed is written."""
    return [renewed.get(row, row) for row in rows]


def fits(plain: str, client_id: UUID, row: SecretRow) -> bool:
    """Return whether ``plain`` is the secret of ``row``, which has been renewed."""
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return hmac.compare_digest(digests.tag_of(plain, client_id=client_id, key=key), row.tag)


def is_outdated(row: SecretRow) -> bool:
    """Return whether a secret stored now would get a MAC of another key, or other parameters."""
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return row.tag_key_id != key.id or not digests.has_current_parameters(row.digest)


def renew(plain: str, client_id: UUID, row: SecretRow) -> None:
    """Make the current form of ``row``, whose secret is ``plain``; nothing is written yet.

    It takes a run of Argon2id if the parameters of the digest are outdated.
    """
    if row in renewed:
        return
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    current = digests.has_current_parameters(row.digest)
    new = SecretRow(
        row.id,
        tag=digests.tag_of(plain, client_id=client_id, key=key),
        tag_key_id=key.id,
        digest=row.digest if current else digests.hasher.hash(plain),
    )
    with _lock:
        renewed[row] = new


def flush() -> None:
    """Write the renewed forms, except to rows that have changed or that somebody is changing.

    Errors: django.db.Error; what was not written is kept for the next time.
    """
    with _lock:
        pending = list(renewed.items())
    for start in range(0, len(pending), PIECE):
        piece = pending[start : start + PIECE]
        _write(piece)
        with _lock:
            for old, _ in piece:
                del renewed[old]


@transaction.atomic
def _write(pairs: Sequence[tuple[SecretRow, SecretRow]]) -> None:
    """Skip locked rows: waiting for several could be a deadlock. Their next use renews them."""
    rows = ClientSecret.objects.filter(pk__in=[old.id for old, _ in pairs])
    free = set(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
    upserts.run(
        (
            _RENEW,
            ((*new[1:], old.id, old.tag, old.digest) for old, new in pairs if old.id in free),
        )
    )
