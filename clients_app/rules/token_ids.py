"""The id of a token (``jti``): random, but for the microsecond of its issue at the front.

``iat`` is a whole second. Where a second holds tokens from before and from after the end of all
tokens of a client, the id tells which is which.

Source: RFC 7519 section 4.1.7; JWT-2.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Final

_DIGITS: Final = 5  # hexadecimal, for 0 to 999,999
_RANDOM_BYTES: Final = 14  # of which half a byte is cut off: 108 bits are left


def new_token_id(now: datetime) -> str:
    """Return a new id for a token issued at ``now``: 32 hexadecimal digits."""
    return f"{now.microsecond:05x}{os.urandom(_RANDOM_BYTES).hex()[1:]}"


def issued_at(iat: int, token_id: str) -> datetime:
    """Return the moment, aware UTC, at which a token with this ``iat`` and ``jti`` was issued.

    Errors: ValueError for an id that is none of ours.
    """
    microsecond = int(token_id[:_DIGITS], 16)
    return datetime.fromtimestamp(iat, UTC) + timedelta(microseconds=microsecond)
