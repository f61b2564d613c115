"""How long an access token may be valid: 60 to 3600 whole seconds, by default 3600.

Source: CLI-13.
"""

import re
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import TOKEN_LIFETIME_DEFAULT_S, TOKEN_LIFETIME_MAX_S, TOKEN_LIFETIME_MIN_S

_WHOLE_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")

_NOT_A_NUMBER: Final = gettext_noop(
    "Enter a whole number from %(minimum)s to %(maximum)s. Use only the digits 0 to 9."
)
_TOO_SHORT: Final = gettext_noop(
    "Enter a whole number from %(minimum)s to %(maximum)s. "
    "The shortest Token Lifetime is %(minimum)s seconds (one minute)."
)
_TOO_LONG: Final = gettext_noop(
    "Enter a whole number from %(minimum)s to %(maximum)s. "
    "The longest Token Lifetime is %(maximum)s seconds (one hour)."
)


def parse_token_lifetime(text: str) -> int:
    """Return the Token Lifetime in seconds that a person entered; the default for an empty field.

    Errors: RuleBroken unless it is a number in the range without spaces, signs, leading zeros,
    fractions or digits of other scripts.
    """
    if not text:
        return TOKEN_LIFETIME_DEFAULT_S
    if not _WHOLE_NUMBER.fullmatch(text):
        raise _error(_NOT_A_NUMBER)
    return check_token_lifetime(int(text[:9]))  # more digits are too many anyway, and slow to parse


def check_token_lifetime(seconds: int) -> int:
    """Return ``seconds`` if an access token may be valid that long.

    Errors: RuleBroken outside the range, and for anything but an integer (JSON's true, 3600.5).
    """
    if type(seconds) is not int:  # bool is a subclass of int
        raise _error(_NOT_A_NUMBER)
    if seconds < TOKEN_LIFETIME_MIN_S:
        raise _error(_TOO_SHORT)
    if seconds > TOKEN_LIFETIME_MAX_S:
        raise _error(_TOO_LONG)
    return seconds


def _error(sentence: str) -> RuleBroken:
    limits = {"minimum": TOKEN_LIFETIME_MIN_S, "maximum": TOKEN_LIFETIME_MAX_S}
    return RuleBroken(sentence, field="token_lifetime", **limits)
