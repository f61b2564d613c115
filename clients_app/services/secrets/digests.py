"""The stored form of a client secret: created with the secret, and compared with later.

Source: SEC-3 to SEC-5.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from clients_app import derived_keys
from clients_app.rules import secret_format

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


@dataclass(frozen=True, slots=True)
class HashedSecret:
    """A new secret with its digest, made before any transaction."""

    plain: str = field(repr=False)
    digest: str


def hashed_secret() -> HashedSecret:
    """Return a new secret; takes a run of Argon2id (20 ms)."""
    plain = secret_format.new_secret()
    return HashedSecret(plain, hasher.hash(plain))


def stored_form(plain: str, *, client_id: UUID, digest: str | None = None) -> StoredSecret:
    """Return the columns for ``plain``, a secret of ``client_id``; they never hold its text.

    Without ``digest`` it takes a run of Argon2id.
    """
    key = derived_keys.current_key(derived_keys.SECRET_TAGS)
    return StoredSecret(
        tag=tag_of(plain, client_id=client_id, key=key),
        tag_key_id=key.id,
        digest=digest or hasher.hash(plain),
        last_four=secret_format.last_four(plain),
    )


def tag_of(plain: str, *, client_id: UUID, key: derived_keys.DerivedKey) -> bytes:
    """Return the 32-byte MAC that decides whether a secret is the client's (HMAC-SHA-256).

    A client id always has 16 bytes, so no two pairs have the same message.
    """
    return derived_keys.plain_mac(key, client_id.bytes + plain.encode())


def digest_fits(plain: str, digest: str) -> bool:
    """Return whether ``digest`` belongs to exactly ``plain``; takes a run of Argon2id (20 ms)."""
    try:
        return hasher.verify(digest, plain)
    except (VerificationError, InvalidHashError):
        return False


def has_current_parameters(digest: str) -> bool:
    """Return whether a secret stored now would get a digest with the same parameters."""
    return digest.startswith(_start_of_digests(hasher))


@cache  # each token request needs it
def _start_of_digests(hasher: PasswordHasher) -> str:
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}$"
