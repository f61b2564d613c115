"""Limits the names and ids of roles to half of the 4 kB of an access token.

The other half is for the signature and the other claims. Source: ROL-4.
"""

import json
from collections.abc import Iterable
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import TOKEN_ROLES_MAX_BYTES

_ID_AND_COMMAS: Final = 36 + len('"",,')


def check_role_claims(names: Iterable[str]) -> None:
    """Raise RuleBroken (roles) if tokens with roles of these names would be too long."""
    length = role_claims_bytes(names)
    if length > TOKEN_ROLES_MAX_BYTES:
        raise RuleBroken(
            gettext_noop(
                "Select fewer roles, or roles with shorter names: in a token they take "
                "%(length)s bytes, %(excess)s too many."
            ),
            field="roles",
            length=length,
            excess=length - TOKEN_ROLES_MAX_BYTES,
        )


def role_claims_bytes(names: Iterable[str]) -> int:
    """Return the length of the names and ids of roles in a token, as JSON."""
    names_json = (json.dumps(name, ensure_ascii=False).encode() for name in names)
    return sum(len(name) + _ID_AND_COMMAS for name in names_json)
