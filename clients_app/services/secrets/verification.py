"""Checks a presented secret against those of a client.

The 32-byte MAC of each row decides, for and against, within microseconds. It is as good a proof as
a slow digest, because a secret has 256 random bits: someone who has only the database lacks the
key, and someone who has the key as well still cannot guess the secret. Only rows whose key is lost
need Argon2id.

Source: SEC-2, SEC-4 to SEC-8.
"""

import hmac
from collections.abc import Iterable
from uuid import UUID

from clients_app import derived_keys
from clients_app.rules import secret_format
from clients_app.services.secrets import argon2_queue, digests, renewal
from clients_app.services.secrets.renewal import SecretRow


def could_be_secret(plain: str) -> bool:
    """Return whether the length, alphabet and checksum of ``plain`` are right."""
    return secret_format.is_well_formed(plain)


def matching_secret(plain: str, *, client_id: UUID, rows: Iterable[SecretRow]) -> int | None:
    """Return the id of the row whose secret is exactly ``plain``; None if there is none.

    ``rows`` are the live secrets of ``client_id``, just read.
    Errors: Busy if Argon2id is needed and runs for others.
    """
    undecided = []
    key_id, tag = "", None  # ``tag`` of ``plain``
    for row in rows if not renewal.renewed else renewal.as_renewed(rows):
        if row.tag_key_id != key_id:
            key_id = row.tag_key_id
            key = derived_keys.key_by_id(derived_keys.SECRET_TAGS, key_id)
            tag = key and digests.tag_of(plain, client_id=client_id, key=key)
        if tag is None:
            undecided.append(row)
        elif hmac.compare_digest(tag, row.tag):
            if renewal.is_outdated(row):
                _renew(plain, client_id, row)
            return row.id
    return argon2_queue.first_match(plain, client_id, undecided) if undecided else None


def _renew(plain: str, client_id: UUID, row: SecretRow) -> None:
    """Renew ``row``. A new digest is computed aside; if the queue is full, by a later request."""
    if digests.has_current_parameters(row.digest):
        renewal.renew(plain, client_id, row)
    else:
        argon2_queue.submit(renewal.renew, plain, client_id, row)
