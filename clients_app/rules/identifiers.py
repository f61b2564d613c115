"""Which Identifier an API may have, and which ones look alike.

An Identifier is the ``aud`` of tokens. It is stored, compared and written as it was typed (RFC 3986
section 6.2.1): case and a slash at the end make another Identifier. People do not see that, so
Identifiers that look alike are never given to two tenants.

Source: RFC 8707 section 2; RES-1, RES-4.
"""

import re
from typing import Final
from urllib.parse import unquote

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import IDENTIFIER_MAX
from clients_app.rules.names import check_length

_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_CHARACTER: Final = r"(?:[A-Za-z0-9\-._~:@!$&'()*+,;=/]|%[0-9A-Fa-f]{2})"
_QUERY: Final = rf"(?:\?(?:{_CHARACTER}|\?)*)?"
_WEB: Final = re.compile(
    rf"(?:https://(?P<host>{_LABEL}(?:\.{_LABEL})*)|http://(?:localhost|127\.0\.0\.1))"
    rf"(?::[1-9][0-9]{{0,4}})?(?:/{_CHARACTER}*)?{_QUERY}"
)
_NAMED: Final = re.compile(rf"api://[A-Za-z0-9]{_CHARACTER}*{_QUERY}")
_URN: Final = re.compile(  # RFC 8141 section 2
    rf"urn:[a-z0-9][a-z0-9-]{{0,30}}[a-z0-9]:[A-Za-z0-9(+,.!*'~]{_CHARACTER}*"
)
_DEFAULT_PORT: Final = re.compile(r"^(?:(https://[^/?]*):443|(http://[^/?]*):80)(?=[/?]|$)")
_AMBIGUOUS: Final = re.compile(  # a dot segment, an empty one, an escape of a plain or control sign
    r"/\.{1,2}(?:/|\?|$)|(?<!:)//|%(?:[01].|2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|[57][Ff]|7[Ee])"
)


def clean_identifier(text: str) -> str:
    """Return ``text`` without spaces around it if it can be an Identifier.

    That is an absolute URI of the scheme https, urn or api, or http on loopback for an API under
    development, without fragment and user name, whose parts cannot be written in another way. Host
    names with letters outside ASCII, also written as ``xn--``, are refused: two of them may look
    the same, and an Identifier need not be an address.
    Errors: RuleBroken (identifier).
    """
    identifier = text.strip()
    too_long = gettext_noop(
        "Enter at most %(maximum)s characters. This text has %(length)s: %(excess)s too many."
    )
    check_length(identifier, too_long, maximum=IDENTIFIER_MAX, field="identifier")
    if "#" in identifier:
        sentence = gettext_noop("Enter the Identifier without # and what follows it.")
        raise RuleBroken(sentence, field="identifier")
    web = _WEB.fullmatch(identifier)
    if not identifier.isascii() or (web and "xn--" in (web["host"] or "").lower()):
        sentence = gettext_noop(
            "Enter an Identifier in plain letters, without an internationalised host name. "
            "It need not be an address: urn:example:orders is fine."
        )
        raise RuleBroken(sentence, field="identifier")
    if not (web or _NAMED.fullmatch(identifier) or _URN.fullmatch(identifier)):
        sentence = gettext_noop(
            "Enter an absolute URI that starts with https:// and a host name in small letters, "
            "with api:// or with urn:, such as https://api.example.com/orders. "
            "Only localhost and 127.0.0.1 may have http://."
        )
        raise RuleBroken(sentence, field="identifier")
    if _AMBIGUOUS.search(identifier):
        sentence = gettext_noop(
            "Enter the Identifier without empty or dotted parts between slashes, and without "
            "percent-encoding plain letters."
        )
        raise RuleBroken(sentence, field="identifier")
    return identifier


def identifier_key(identifier: str) -> str:
    """Return a key that is equal for Identifiers that people take for the same.

    Case, slashes at the end, percent-encoding and the default port make no difference.
    """
    key = unquote(identifier).casefold().rstrip("/")
    return _DEFAULT_PORT.sub(r"\1\2", key)
