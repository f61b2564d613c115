"""The API and the scopes of a token: the only place that decides them.

Source: RFC 8707 section 2; RFC 6749 section 3.3; RES-2, RES-3, RES-6.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.rules.scopes import granted_scopes

#: about the person who signs in, not of an API (OpenID Connect Core sections 5.4 and 11)
OFFLINE_ACCESS: Final = "offline_access"
IDENTITY_SCOPES: Final = ("openid", "profile", "email", OFFLINE_ACCESS)
#: the ``field`` of an error about the API; the others are about the scope
RESOURCE: Final = "resource"


class Target(NamedTuple):
    """An API that a client may call: its scopes are those that the client may have."""

    api_id: str
    identifier: str
    scopes: tuple[str, ...]
    default_scope: str  # of a request without a scope; empty for an API without scopes


class Reach(NamedTuple):
    """All that a client may call, by Identifier, and the API of requests that name none.

    ``portal`` is the built-in API under the portal's own address, for requests that name that.
    """

    targets: Mapping[str, Target]
    default: Target | None
    portal: Target | None = None


class Chosen(NamedTuple):
    """What a request gets, and what it asked for: an empty ``asked_scope`` means none.

    ``scope`` has scopes of the API, ``identity_scope`` those about the person who signs in. The
    target of a request for identity scopes alone has no ``api_id``.
    """

    target: Target
    scope: str
    asked_scope: str
    is_named: bool  # the request named the API
    identity_scope: str = ""

    @property
    def all_scope(self) -> str:
        """The scopes of both kinds, sorted."""
        return sorted_scope(f"{self.scope} {self.identity_scope}")


def custom_target(api_id: str, identifier: str, scopes: tuple[str, ...]) -> Target:
    """Return a tenant's own API; without a scope, a client gets all it may have."""
    return Target(api_id, identifier, scopes, " ".join(scopes))


def built_in_target(api_id: str, identifier: str, scopes: tuple[str, ...]) -> Target:
    """Return the built-in API; without a scope, a client gets the first one."""
    return Target(api_id, identifier, scopes, scopes[0])


def combined(
    others: Iterable[tuple[Target, bool]], built_in: Target | None, *, origin: str = ""
) -> Reach:
    """Return the reach of a client: each API with whether it is the default, and the built-in one.

    ``origin`` is the portal's own address, which also names the built-in API. Should a setting
    give the built-in API the Identifier of another, it takes precedence.
    """
    targets: dict[str, Target] = {}
    default = portal = None
    for target, is_default in others:
        targets[target.identifier] = target
        default = target if is_default else default
    if built_in is not None:
        targets[built_in.identifier] = built_in
        if origin and origin != built_in.identifier:
            api_id, _, scopes, default_scope = built_in
            portal = Target(api_id, origin, scopes, default_scope)
    return Reach(targets, default or built_in, portal)


def chosen_target(reach: Reach, *, named: str | None, scope: str | None) -> Chosen:
    """Return the API and scopes of a request that names an Identifier, scopes, both or neither.

    Without an Identifier it is the only API that has all these scopes; without scopes either, the
    client's default API. APIs that a client may not call are as good as none.
    Errors: RuleBroken (resource) for no such API or more than one; RuleBroken (scope).
    """
    if named:
        portal = reach.portal
        is_portal = portal is not None and named == portal.identifier
        target = portal if is_portal else reach.targets.get(named)
    elif scope:
        target = _target_of_scopes(reach, scope)
    else:
        target = reach.default
    if target is None:
        sentence = gettext_noop("Enter the Identifier of an API that this client may call.")
        raise RuleBroken(sentence, field=RESOURCE)
    granted = granted_scopes(scope, target.scopes, default=target.default_scope)
    return Chosen(target, granted, granted if scope else "", bool(named))


def identity_target(origin: str) -> Target:
    """Return what tokens are for that only name the person: the userinfo endpoint of ``origin``."""
    return Target("", origin, (), "")


def chosen_for_person(
    reach: Reach, *, origin: str, may_refresh: bool, named: str | None, scope: str | None
) -> Chosen:
    """Return the API and scopes of a request in which a person signs in.

    A request for identity scopes alone that names no API gets none. ``offline_access`` is ignored
    unless the client ``may_refresh`` (OpenID Connect Core section 11).
    Errors: as ``chosen_target``.
    """
    asked = (scope or "").split(" ")
    identity = [one for one in asked if one in IDENTITY_SCOPES]
    of_api = " ".join(one for one in asked if one not in IDENTITY_SCOPES)
    if identity and not of_api and not named:
        chosen = Chosen(identity_target(origin), "", "", is_named=False)
    else:
        chosen = chosen_target(reach, named=named, scope=of_api)
    granted = [one for one in identity if may_refresh or one != OFFLINE_ACCESS]
    return chosen._replace(identity_scope=sorted_scope(" ".join(granted)))


def is_identity_scope(scope: str) -> bool:
    """Return whether ``scope`` has identity scopes and no others."""
    return bool(scope) and set(scope.split()) <= set(IDENTITY_SCOPES)


def sorted_scope(scope: str) -> str:
    """Return the scopes of ``scope`` once each, sorted."""
    return " ".join(sorted(set(scope.split())))


def _target_of_scopes(reach: Reach, scope: str) -> Target | None:
    """Return the only API, or the only one that has all the scopes; None if it is left open.

    Errors: RuleBroken (scope) for a scope that no API has.
    """
    targets = reach.targets.values()
    if len(targets) == 1:
        return next(iter(targets))
    asked = set(scope.split(" "))
    fitting = [target for target in targets if asked.issubset(target.scopes)]
    if len(fitting) == 1:
        return fitting[0]
    granted_scopes(scope, [one for target in targets for one in target.scopes], default="")
    return None
