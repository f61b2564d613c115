"""Which scopes a token gets: those asked for, if all are offered; the first one if none is asked.

Source: RFC 6749 section 3.3; TOK-8.
"""

import re
from collections.abc import Sequence
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop

_TOKEN: Final = r"[\x21\x23-\x5B\x5D-\x7E]+"  # noqa: S105 - a scope-token
_SCOPE: Final = re.compile(f"{_TOKEN}(?: {_TOKEN})*")


def granted_scopes(asked: str | None, offered: Sequence[str]) -> str:
    """Return the scopes to grant, as the ``scope`` of a token answer, in the order asked.

    Errors: RuleBroken for a scope that is not offered (case counts), for forbidden characters,
    and for anything but single spaces between scopes.
    """
    if not asked:
        return offered[0]
    scopes = asked.split(" ")
    if not _SCOPE.fullmatch(asked) or not set(scopes) <= set(offered):
        raise RuleBroken(
            gettext_noop("Enter scopes of this list, with single spaces between: %(offered)s."),
            field="scope",
            offered=" ".join(offered),
        )
    return " ".join(dict.fromkeys(scopes))
