"""Keys for one purpose each, derived from SECRET_KEY and its fallbacks (HKDF, RFC 5869).

Nothing here is stored: what a row keeps is the id of the key it was made with, so that after a
change of SECRET_KEY the old rows still find theirs among the fallbacks.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clients_app import conf

SECRET_TAGS = "secret tags"  # noqa: S105  a purpose, not a secret
SIGNING_KEYS = "signing keys"
AUDIT_CHAIN = "audit chain"
WEBHOOKS = "webhooks"
SECOND_FACTORS = "second factors"

_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12


class CannotOpen(Exception):
    """What was sealed was changed, or its key is lost."""


class DerivedKey(NamedTuple):
    """A 32-byte key with the public id that rows made with it carry."""

    id: str  # 8 hexadecimal digits
    value: bytes


@cache
def _derive(root: bytes, purpose: str) -> DerivedKey:
    value = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(root)
    return DerivedKey(hashlib.sha256(b"key id" + value).hexdigest()[:8], value)


def keys_for(purpose: str) -> list[DerivedKey]:
    """Return the keys of ``purpose``, the one for new rows first."""
    return [_derive(root, purpose) for root in conf.root_secrets()]


def current_key(purpose: str) -> DerivedKey:
    """Return the key of ``purpose`` for new rows."""
    return keys_for(purpose)[0]


def key_by_id(purpose: str, key_id: str) -> DerivedKey | None:
    """Return the key that rows marked ``key_id`` were made with; None if it is lost."""
    return _found(conf.root_secrets(), purpose, key_id)


@lru_cache  # of few keys: every token request asks
def _found(roots: tuple[bytes, ...], purpose: str, key_id: str) -> DerivedKey | None:
    keys = (_derive(root, purpose) for root in roots)
    return next((key for key in keys if key.id == key_id), None)


def sealed(plain: bytes, purpose: str, *, about: bytes = b"") -> bytes:
    """Return ``plain`` encrypted under today's key of ``purpose`` (AES-256-GCM), after its id.

    It opens only ``about`` the same thing.
    """
    key, nonce = current_key(purpose), secrets.token_bytes(_NONCE_BYTES)
    return key.id.encode() + nonce + AESGCM(key.value).encrypt(nonce, plain, about)


def opened(content: bytes, purpose: str, *, about: bytes = b"") -> bytes:
    """Return what was ``sealed``.

    Errors: CannotOpen.
    """
    key = key_by_id(purpose, sealed_under(content))
    nonce = content[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
    if key is None:
        raise CannotOpen
    try:
        return AESGCM(key.value).decrypt(nonce, content[_ID_BYTES + _NONCE_BYTES :], about)
    except (InvalidTag, ValueError) as error:  # ValueError: it is too short
        raise CannotOpen from error


def sealed_under(content: bytes) -> str:
    """Return the id of the key that something was sealed with."""
    return content[:_ID_BYTES].decode("ascii", "replace")


def mac(key: DerivedKey, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 over ``parts``, each preceded by its length so that no two lists agree."""
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.digest(key.value, message, "sha256")


def mac_maker(key: DerivedKey) -> Callable[[bytes, bytes], str]:
    """Return ``mac(key, a, b)`` in hexadecimal digits for very many messages.

    The pads of HMAC (RFC 2104 section 4) are hashed once: 3 us for each message against 6 us by
    ``hmac``, of the 10 us that a verified audit event may take (docs/performance.md).
    """
    block = key.value.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def made(first: bytes, second: bytes) -> str:
        hashed, around = inner.copy(), outer.copy()
        hashed.update(
            len(first).to_bytes(8, "big") + first + len(second).to_bytes(8, "big") + second
        )
        around.update(hashed.digest())
        return around.hexdigest()

    return made
