"""The stored form of a client secret: created with the secret, compared with later, and renewed.

Source: SEC-3 to SEC-5, AVA-6.
"""

import hashlib
import threading
from typing import Final, NamedTuple
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from clients_app import derived_keys
from clients_app.models import ClientSecret
from clients_app.rules import secret_format

TAG_BYTES: Final = 8

# A secret has 256 random bits, so its digest needs less work than one of a password.
hasher: Final = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)


class StoredSecret(NamedTuple):
    """The columns that a row may keep of a secret."""

    tag: bytes
    tag_key_id: str
    digest: str
    last_four: str


def stored_form(plain: str, *, client_id: UUID) -> StoredSecret:
    """Return the columns for ``plain``, a secret of ``client_id``; they never hold its text."""
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return StoredSecret(
        tag=tag_of(plain, client_id=client_id, key=key),
        tag_key_id=key.id,
        digest=hasher.hash(plain),
        last_four=secret_format.last_four(plain),
    )


def tag_of(plain: str, *, client_id: UUID, key: derived_keys.DerivedKey) -> bytes:
    """Return the keyed tag that shows within a microsecond that a secret is wrong.

    Source: RFC 7693 section 2.9, keyed BLAKE2b.
    """
    message = client_id.bytes + plain.encode()
    return hashlib.blake2b(message, key=key.value, digest_size=TAG_BYTES).digest()


def digest_fits(plain: str, digest: str) -> bool:
    """Return whether ``digest`` belongs to exactly ``plain``; takes a run of Argon2id (20 ms)."""
    try:
        return hasher.verify(digest, plain)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(digest: str, tag_key_id: str) -> bool:
    """Return whether a secret stored now would get other parameters, or a tag of another key."""
    current = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return tag_key_id != current.id or hasher.check_needs_rehash(digest)


# Outdated forms are renewed when their secret is used, because only then is its text at hand. The
# Argon2id thread computes the new form; the thread that writes usage counts stores it. The secret
# does not change, so there is no audit event.
_lock: Final = threading.Lock()
renewed: Final[dict[tuple[int, str], StoredSecret]] = {}  # by row id and outdated digest


def renew(plain: str, client_id: UUID, secret_id: int, digest: str) -> None:
    """Compute the current form of ``plain``, whose row has ``digest``; nothing is written yet."""
    stored = stored_form(plain, client_id=client_id)
    with _lock:
        renewed[secret_id, digest] = stored


def flush_renewed() -> None:
    """Write the renewed forms, except to rows that have changed in the meantime.

    Errors: django.db.Error; what was not written is kept for the next time.
    """
    for (secret_id, digest), stored in sorted(renewed.items()):
        ClientSecret.objects.filter(pk=secret_id, digest=digest).update(
            tag=stored.tag, tag_key_id=stored.tag_key_id, digest=stored.digest
        )
        with _lock:
            del renewed[secret_id, digest]
