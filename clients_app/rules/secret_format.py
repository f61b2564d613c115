"""The format of a Client Secret: a prefix, 256 random bits and a checksum.

Authorization codes and refresh tokens have the same, with prefixes of their own.

Scanners and the token endpoint recognize a secret by its checksum, without the database.
Source: SEC-2.
"""

import hashlib
import re
import secrets
import zlib
from itertools import product
from typing import Final

PREFIX: Final = "pcs_"
CODE_PREFIX: Final = "pac_"
REFRESH_PREFIX: Final = "prt_"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS: Final = ["".join(pair) for pair in product(_ALPHABET, repeat=2)]  # faster than digits
_PAIR: Final = 62**2
_BODY_LENGTH: Final = 43  # 62 ** 43 is the first power above 2 ** 256
_CHECKSUM_LENGTH: Final = 6  # 62 ** 6 is the first power above 2 ** 32

#: For scanners of source code and logs. It has no word boundaries, so that it also finds secrets in
#: URL-encoded text; the checksum of a match can be verified offline.
SCANNER_PATTERN: Final = f"{PREFIX}[0-9A-Za-z]{{{_BODY_LENGTH + _CHECKSUM_LENGTH}}}"
_PATTERNS: Final = {
    prefix: re.compile(SCANNER_PATTERN.replace(PREFIX, prefix))
    for prefix in (PREFIX, CODE_PREFIX, REFRESH_PREFIX)
}


def new_secret(prefix: str = PREFIX) -> str:
    """Return a new Client Secret, or a code or refresh token, in plain text."""
    number = int.from_bytes(secrets.token_bytes(32), "big")
    start = prefix + _base62(number, width=_BODY_LENGTH)
    return start + _checksum(start)


def is_well_formed(text: str, prefix: str = PREFIX) -> bool:
    """Return whether ``text`` has the length, alphabet and checksum of a Client Secret."""
    start, checksum = text[:-_CHECKSUM_LENGTH], text[-_CHECKSUM_LENGTH:]
    return _PATTERNS[prefix].fullmatch(text) is not None and _checksum(start) == checksum


def digest_of(plain: str) -> str:
    """Return what is stored of a code or refresh token: SHA-256, as hexadecimal digits.

    It finds the row; 256 random bits need no slower digest.
    """
    return hashlib.sha256(plain.encode()).hexdigest()


def last_four(plain: str) -> str:
    """Return the characters that identify a secret in a list."""
    return plain[-4:]


def _checksum(start: str) -> str:
    """Return 6 base62 digits, written out because every token request needs them."""
    number = zlib.crc32(start.encode("ascii"))
    rest, low = divmod(number, _PAIR)
    high, middle = divmod(rest, _PAIR)
    return _PAIRS[high] + _PAIRS[middle] + _PAIRS[low]


def _base62(number: int, *, width: int) -> str:
    pairs = []
    for _ in range(0, width, 2):
        number, pair = divmod(number, _PAIR)
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))[-width:]
