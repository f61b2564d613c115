"""OpenID Connect providers that sign people in, and the roles that their claims give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOnProvider:
    """A provider as OIDC_... of the environment describe it; ``id`` is its number there.

    ``roles_map`` has pairs of a value and the name of a role; None: the values are names of roles.
    """

    id: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    tenant: str = ""  # name of the tenant of its people; empty: any, and new ones in the only one
    creates_people: bool = False
    roles_claim: str = ""  # empty: the portal's own roles stay
    roles_map: tuple[tuple[str, str], ...] | None = None


def role_names(provider: SignOnProvider, claims: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the names of exactly the roles that ``claims`` give; None if claims give none.

    A person without the claim, or with values that are not in the map, gets no roles.
    """
    if not provider.roles_claim:
        return None
    values = _values(claims, provider.roles_claim)
    if provider.roles_map is None:
        return frozenset(values)
    return frozenset(name for value, name in provider.roles_map if value in values)


def _values(claims: Mapping[str, Any], path: str) -> set[str]:
    """Return the texts of a claim; its name may be a path, such as ``realm_access.roles``."""
    found: Any = claims
    if path in claims:  # names may have dots themselves
        found = claims[path]
    else:
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    some = found if isinstance(found, list) else [found]
    return {one for one in some if isinstance(one, str)}
