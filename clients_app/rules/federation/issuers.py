"""Which issuer and audience a federated identity may have. Both are compared exactly.

Source: OpenID Connect Discovery section 4.3; RFC 8414 section 2; FED-2.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import AUDIENCE_MAX, URL_MAX
from clients_app.rules.names import check_length

_URL: Final = re.compile(r"https?://[A-Za-z0-9._~:/@!$&'()*+,;=%\[\]-]+")
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
_ODD: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_TOO_LONG: Final = gettext_noop(
    "Enter at most %(maximum)s characters. This text has %(length)s: %(excess)s too many."
)


def clean_issuer(text: str, *, field: str) -> str:
    """Return ``text`` without spaces around it if it can be the issuer of tokens.

    That is an https URL, or http on loopback, without query, fragment and user name. A slash at the
    end makes another issuer, so it stays. Errors: RuleBroken.
    """
    issuer = text.strip()
    check_length(issuer, _TOO_LONG, maximum=URL_MAX, field=field)
    if not _URL.fullmatch(issuer) or not _is_address(issuer):
        sentence = gettext_noop(
            "Enter the issuer exactly as tokens have it in iss: an address that starts with "
            "https://, without ? and #."
        )
        raise RuleBroken(sentence, field=field)
    return issuer


def clean_audience(text: str, *, default: str, field: str) -> str:
    """Return ``text`` without spaces around it, or ``default`` if it is empty.

    Errors: RuleBroken for more than 500 characters, and for spaces within.
    """
    audience = text.strip() or default
    check_length(audience, _TOO_LONG, maximum=AUDIENCE_MAX, field=field)
    if _ODD.search(audience):
        raise RuleBroken(gettext_noop("Enter one audience, without spaces."), field=field)
    return audience


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_local = parts.hostname in _LOOPBACK
        valid = parts.port != 0  # raises ValueError if it is no port
    except ValueError:
        return False
    if not valid or not parts.hostname or parts.username is not None:
        return False
    return parts.scheme == "https" or is_local
