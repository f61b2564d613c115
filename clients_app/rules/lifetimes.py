"""How long an access token may live: whole seconds from 60 to 3600, 3600 where nothing is said.

Source: CLI-13.
"""

import re
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import TOKEN_LIFETIME_DEFAULT_S, TOKEN_LIFETIME_MAX_S, TOKEN_LIFETIME_MIN_S

_WHOLE_NUMBER: Final = re.compile(r"0|[1-9][0-9]*")
_DIGITS_READ: Final = 9  # int() of thousands of digits is slow, and refused by Python

_NOT_A_NUMBER: Final = gettext_noop(
    "Enter a whole number from %(minimum)s to %(maximum)s. "
    "Use the digits 0 to 9 alone, without spaces or other signs."
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
    """Return the Token Lifetime that a person typed; an empty field means the default.

    Units: seconds.
    Errors: RuleBroken for everything but the digits of a number in the range: no spaces, signs,
    leading zeros, fractions or digits of other scripts.
    """
    if not text:
        return TOKEN_LIFETIME_DEFAULT_S
    if not _WHOLE_NUMBER.fullmatch(text):
        raise _refusal(_NOT_A_NUMBER)
    if len(text) > _DIGITS_READ:
        raise _refusal(_TOO_LONG)
    return check_token_lifetime(int(text))


def check_token_lifetime(seconds: int) -> int:
    """Return ``seconds`` if an access token may live that long.

    Errors: RuleBroken outside the range, and for what is no whole number (JSON's true, 3600.5).
    """
    if type(seconds) is not int:  # bool is a kind of int
        raise _refusal(_NOT_A_NUMBER)
    if seconds < TOKEN_LIFETIME_MIN_S:
        raise _refusal(_TOO_SHORT)
    if seconds > TOKEN_LIFETIME_MAX_S:
        raise _refusal(_TOO_LONG)
    return seconds


def _refusal(sentence: str) -> RuleBroken:
    return RuleBroken(
        sentence,
        field="token_lifetime",
        minimum=TOKEN_LIFETIME_MIN_S,
        maximum=TOKEN_LIFETIME_MAX_S,
    )
