"""Which scopes a token gets: those requested, if all are offered; otherwise the first one.

Source: RFC 6749 section 3.3; TOK-8.
"""

import re
from collections.abc import Sequence
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop

_TOKEN: Final = r"[\x21\x23-\x5B\x5D-\x7E]+"  # noqa: S105 - a scope-token
SCOPES: Final = re.compile(f"{_TOKEN}(?: {_TOKEN})*")


def granted_scopes(requested: str | None, offered: Sequence[str]) -> str:
    """Return the ``scope`` of a token response, in the order requested.

    Errors: RuleBroken for a scope that is not offered (case-sensitive), for forbidden characters,
    and for anything but single spaces between scopes.
    """
    if not requested:
        return offered[0]
    scopes = requested.split(" ")
    if not SCOPES.fullmatch(requested) or not set(scopes) <= set(offered):
        raise RuleBroken(
            gettext_noop("Enter scopes from this list, with single spaces between: %(offered)s."),
            field="scope",
            offered=" ".join(offered),
        )
    return " ".join(dict.fromkeys(scopes))
