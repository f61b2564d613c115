"""What roles take of an access token: their names and ids fill half of its 4 kB at most.

The other half is for the signature and the claims that every token has.
Source: ROL-4.
"""

import json
from collections.abc import Iterable
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import TOKEN_ROLES_MAX_BYTES

_ID: Final = 36 + len('"",')
_COMMA: Final = 1


def check_role_claims(names: Iterable[str]) -> None:
    """Accept the names of all roles that one client carries.

    Errors: RuleBroken (roles) where its tokens would be too long.
    """
    length = role_claims_bytes(names)
    if length > TOKEN_ROLES_MAX_BYTES:
        raise RuleBroken(
            gettext_noop(
                "Select fewer roles, or roles with shorter names: in a token they take "
                "%(length)s bytes, %(excess)s more than fit."
            ),
            field="roles",
            length=length,
            excess=length - TOKEN_ROLES_MAX_BYTES,
        )


def role_claims_bytes(names: Iterable[str]) -> int:
    """Return how many bytes of JSON names and ids of roles take in a token."""
    return sum(len(json.dumps(name, ensure_ascii=False).encode()) + _COMMA + _ID for name in names)
