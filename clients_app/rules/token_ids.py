"""The id of a token (``jti``): the microsecond of its issue, then random digits.

``iat`` is a whole second. The microsecond shows whether a token was issued before or after all
tokens of its client were ended within that second.

Source: RFC 7519 section 4.1.7; JWT-2.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Final

_DIGITS: Final = 5  # hexadecimal, for 0 to 999,999; 27 random ones follow


def new_token_id(now: datetime) -> str:
    """Return a new id for a token issued at ``now``: 32 hexadecimal digits."""
    return f"{now.microsecond:05x}{os.urandom(14).hex()[1:]}"


def issued_at(iat: int, token_id: str) -> datetime:
    """Return when a token with this ``iat`` and ``jti`` was issued, as aware UTC.

    Errors: ValueError for an id in another format.
    """
    microsecond = int(token_id[:_DIGITS], 16)
    return datetime.fromtimestamp(iat, UTC) + timedelta(microseconds=microsecond)
