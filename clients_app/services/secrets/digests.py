"""The stored form of a client secret: made once, when the secret is made, and compared with later.

Source: SEC-3 to SEC-5.
"""

import hashlib
from typing import Final, NamedTuple
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from clients_app import derived_keys
from clients_app.rules import secret_format

TAG_BYTES: Final = 8

# A secret carries 256 random bits, so the digest has its own modest cost, not that of a password.
hasher: Final = PasswordHasher(
    time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)


class StoredSecret(NamedTuple):
    """All that a row may keep of a secret."""

    tag: bytes
    tag_key_id: str
    digest: str
    last_four: str


def stored_form(plain: str, *, client_id: UUID) -> StoredSecret:
    """Return what is stored of ``plain``, a new secret of ``client_id``: never the text itself."""
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return StoredSecret(
        tag=tag_of(plain, client_id=client_id, key=key),
        tag_key_id=key.id,
        digest=hasher.hash(plain),
        last_four=secret_format.last_four(plain),
    )


def tag_of(plain: str, *, client_id: UUID, key: derived_keys.DerivedKey) -> bytes:
    """Return the keyed tag by which a wrong secret is told from a right one in a microsecond.

    Source: RFC 7693 section 2.9, keyed BLAKE2b.
    """
    message = client_id.bytes + plain.encode()
    return hashlib.blake2b(message, key=key.value, digest_size=TAG_BYTES).digest()


def digest_fits(plain: str, digest: str) -> bool:
    """Tell whether ``digest`` was made of exactly ``plain``; costs one run of Argon2id (20 ms)."""
    try:
        return hasher.verify(digest, plain)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(digest: str, tag_key_id: str) -> bool:
    """Tell whether a secret stored today would get other parameters, or a tag of another key."""
    current = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return tag_key_id != current.id or hasher.check_needs_rehash(digest)
