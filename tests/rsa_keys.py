"""RSA keys that the tests of one process share: generating one takes a tenth of a second.

One test gets sixteen different keys before the first comes again.
"""

import os
from collections import defaultdict, deque
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

DIFFERENT = 16
_MADE: dict[int, deque[Any]] = defaultdict(deque)
_generate = rsa.generate_private_key


def reuse() -> None:
    """Let this process generate few keys; the processes that it starts or forks are not affected.

    A key that comes again is as unknown to the portal as a new one.
    """
    process = os.getpid()

    def next_key(public_exponent: int, key_size: int, *more: Any) -> rsa.RSAPrivateKey:
        if os.getpid() != process:
            return _generate(public_exponent, key_size, *more)
        keys = _MADE[key_size]
        if len(keys) < DIFFERENT:
            keys.append(_generate(public_exponent, key_size, *more))
        else:
            from clients_app.services.signing_keys import private_keys

            private_keys.forget()
            keys.rotate(-1)
        return keys[-1]

    rsa.generate_private_key = next_key


def key_of_a_stranger(key_size: int = 2048) -> rsa.RSAPrivateKey:
    """Return a key that the portal never gets: a module keeps it for all of its tests."""
    return _generate(public_exponent=65_537, key_size=key_size)


def keep_the_last(key_size: int) -> None:
    """Never return the key generated last again: a fixture keeps it for many tests."""
    _MADE[key_size].pop()
