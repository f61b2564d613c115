"""Whether a public key has a weakness that others can use to sign in its name.

Sources: CA/Browser Forum Baseline Requirements section 6.1.1.3; RFC 8032 section 5.1.3; "The Return
of Coppersmith's Attack" (ROCA, 2017), of keys made by chips of one maker from 2012 to 2017; CRE-2.
"""

from functools import cache
from math import gcd, isqrt, prod
from typing import Final

_ROUNDS: Final = 100  # of Fermat's method, which finds two primes that lie close together
_PRIMES: Final = tuple(
    number
    for number in range(2, 752)
    if all(number % divisor for divisor in range(2, isqrt(number) + 1))
)
_SMALL: Final = prod(_PRIMES)
_ROCA: Final = tuple(prime for prime in _PRIMES if 3 <= prime <= 167)
_FIELD: Final = 2**255 - 19  # of Ed25519
#: ``y`` of the points that vanish when they are added to themselves eight times
_SMALL_ORDER: Final = frozenset(
    {
        *(0, 1, _FIELD - 1),
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7,
    }
)


def is_weak_modulus(n: int) -> bool:
    """Return whether ``n`` of an RSA key is known to be easy to factor."""
    return gcd(n, _SMALL) > 1 or _has_close_primes(n) or _is_roca(n)


def is_weak_point(encoded: bytes) -> bool:
    """Return whether anybody can sign for an Ed25519 key, or it is no point as it is written."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)  # the last bit is the sign of x
    return y >= _FIELD or y in _SMALL_ORDER


def _has_close_primes(n: int) -> bool:
    middle = isqrt(n - 1) + 1
    for candidate in range(middle, middle + _ROUNDS):
        rest = candidate * candidate - n
        if isqrt(rest) ** 2 == rest:
            return True
    return False


def _is_roca(n: int) -> bool:
    return all(n % prime in _powers(prime) for prime in _ROCA)


@cache
def _powers(prime: int) -> frozenset[int]:
    """Return the powers of 65537 modulo ``prime``: of such a key, ``n`` is one for each prime."""
    return frozenset(pow(65_537, exponent, prime) for exponent in range(prime))
