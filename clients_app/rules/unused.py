"""What a client may call and does not ask for, and what taking something from it would refuse.

Both are decided by the requests that were counted, with the rule of the token endpoint itself.

Source: RES-8.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from clients_app.errors import RuleBroken
from clients_app.rules.targets import Chosen, Reach, chosen_target


class Request(NamedTuple):
    """Requests of a client that were alike: what they asked for, how many, and the last one.

    ``scope`` is empty for requests without any, which got all scopes that the client had.
    """

    api_id: str
    identifier: str
    scope: str
    is_named: bool
    tokens: int
    last_at: datetime


class Effect(NamedTuple):
    """Which requests would have been refused, and which would have got fewer scopes."""

    refused: list[Request]
    narrowed: list[Request]


def used(reach: Reach, requests: Iterable[Request]) -> dict[str, tuple[str, ...]]:
    """Return, by the id of each API that the client asked for, which of its scopes it asked for.

    A request without a scope asks for all that the client may have.
    """
    asked: dict[str, set[str]] = {}
    for request in requests:
        asked.setdefault(request.api_id, set()).update(request.scope.split(" "))
    found = {}
    for target in reach.targets.values():
        if names := asked.get(target.api_id):
            every = "" in names
            found[target.api_id] = tuple(one for one in target.scopes if every or one in names)
    return found


def effect(before: Reach, after: Reach, requests: Iterable[Request]) -> Effect:
    """Return what ``after`` would have changed for these requests, as far as they work before."""
    refused: list[Request] = []
    narrowed: list[Request] = []
    for request in requests:
        was, is_now = _answer(before, request), _answer(after, request)
        if was is None:
            continue
        if is_now is None:
            refused.append(request)
        elif set(is_now.scope.split()) < set(was.scope.split()):
            narrowed.append(request)
    return Effect(refused, narrowed)


def _answer(reach: Reach, request: Request) -> Chosen | None:
    """Return what the request gets; None if it is refused or gets a token for another API."""
    named = request.identifier if request.is_named else None
    try:
        chosen = chosen_target(reach, named=named, scope=request.scope or None)
    except RuleBroken:
        return None
    return chosen if chosen.target.api_id == request.api_id else None
