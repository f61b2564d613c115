"""Which scopes an API may have, and which of them a token gets.

Source: RFC 6749 section 3.3; TOK-8, RES-5.
"""

import re
from collections.abc import Sequence
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SCOPE_MAX, TOKEN_SCOPE_MAX

_TOKEN: Final = r"[\x21\x23-\x5B\x5D-\x7E]+"  # noqa: S105 - a scope-token
SCOPES: Final = re.compile(f"{_TOKEN}(?: {_TOKEN})*")
_SCOPE: Final = re.compile(_TOKEN)


def clean_scope(text: str) -> str:
    """Return ``text`` without spaces around it if it can be a scope, or raise RuleBroken."""
    scope = text.strip()
    if not _SCOPE.fullmatch(scope) or len(scope) > SCOPE_MAX:
        sentence = gettext_noop(
            "Enter scopes of 1 to %(maximum)s characters: letters, digits and signs other than "
            'quotes " and backslashes, without spaces.'
        )
        raise RuleBroken(sentence, field="scopes", maximum=SCOPE_MAX)
    return scope


def check_scopes_of_client(scopes: Sequence[str], *, api_name: str) -> None:
    """Raise RuleBroken (apis) if a token with all ``scopes`` of one API would be too long."""
    if len(" ".join(scopes)) > TOKEN_SCOPE_MAX:
        sentence = gettext_noop(
            "Select fewer scopes of %(api)s. Together they may have %(maximum)s characters, "
            "because a token carries them."
        )
        raise RuleBroken(sentence, field="apis", api=api_name, maximum=TOKEN_SCOPE_MAX)


def granted_scopes(requested: str | None, offered: Sequence[str], *, default: str) -> str:
    """Return the ``scope`` of a token response, in the order requested; else ``default``.

    Errors: RuleBroken for a scope that is not offered (case-sensitive), for forbidden characters,
    and for anything but single spaces between scopes.
    """
    if not requested:
        return default
    scopes = requested.split(" ")
    if not SCOPES.fullmatch(requested) or not set(scopes) <= set(offered):
        raise RuleBroken(
            gettext_noop("Enter scopes from this list, with single spaces between: %(offered)s."),
            field="scope",
            offered=" ".join(offered),
        )
    return " ".join(dict.fromkeys(scopes))
