"""What a Client Secret looks like: 256 random bits that carry their own proof of being one.

Source: SEC-2. The checksum is no secret: it lets scanners and the token endpoint tell a secret from
other text without asking the database.
"""

import re
import secrets
import zlib
from typing import Final

PREFIX: Final = "pcs_"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS: Final = [
    first + second for first in _ALPHABET for second in _ALPHABET
]  # two digits at once
_RANDOM_BYTES: Final = 32
_BODY_LENGTH: Final = 43  # 62 ** 43 is the first power above 2 ** 256
_CHECKSUM_LENGTH: Final = 6  # 62 ** 6 is the first power above 2 ** 32

#: For scanners of source code and logs. Without word boundaries, so that a secret is also found
#: inside URL-encoded text; whatever is found can be checked offline by its checksum.
SCANNER_PATTERN: Final = f"{PREFIX}[0-9A-Za-z]{{{_BODY_LENGTH + _CHECKSUM_LENGTH}}}"
_PATTERN: Final = re.compile(SCANNER_PATTERN)


def new_secret() -> str:
    """Return a new Client Secret in plain text; it exists nowhere else yet."""
    number = int.from_bytes(secrets.token_bytes(_RANDOM_BYTES), "big")
    signed = PREFIX + _base62(number, width=_BODY_LENGTH)
    return signed + _checksum(signed)


def is_well_formed(text: str) -> bool:
    """Tell whether ``text`` has the length, alphabet and checksum of a Client Secret."""
    if not _PATTERN.fullmatch(text):
        return False
    return _checksum(text[:-_CHECKSUM_LENGTH]) == text[-_CHECKSUM_LENGTH:]


def last_four(plain: str) -> str:
    """Return the characters by which people recognise a secret in a list."""
    return plain[-4:]


def _checksum(signed: str) -> str:
    return _base62(zlib.crc32(signed.encode("ascii")), width=_CHECKSUM_LENGTH)


def _base62(number: int, *, width: int) -> str:
    pairs = []
    for _ in range(0, width, 2):
        number, pair = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))[-width:]
