"""Rotations in progress, and the move from secrets to keys and identities: what is still used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from clients_app.limits import TOKEN_LIFETIME_MAX_S
from clients_app.models import Client
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import is_idle
from clients_app.selectors.credentials.identities import listed_identities
from clients_app.selectors.credentials.keys import listed_keys
from clients_app.selectors.credentials.uses import Use, uses_of
from clients_app.selectors.secrets.lookup import listed_secrets


class Rotation(NamedTuple):
    """``old_is_idle`` if the old secret or key was unused for longer than the Token Lifetime;
    ``no_token_left`` if none of its tokens can still be valid."""

    new: Use
    old: Use
    old_is_idle: bool
    no_token_left: bool


class Move(NamedTuple):
    """The live secrets of a client, and the live keys and identities that are to replace them."""

    old: list[Use]
    new: list[Use]
    old_is_idle: bool

    @property
    def new_is_used(self) -> bool:
        """Return whether a token was ever requested with one of the new ones."""
        return any(use.credential.last_used_at for use in self.new)

    @property
    def ends_at(self) -> datetime | None:
        """Return when the last secret expires; None if one never does."""
        ends = [use.credential.expires_at for use in self.old]
        return None if None in ends else max(ends)


def rotations(
    credentials: Iterable[Any], *, token_lifetime_s: int, now: datetime
) -> list[Rotation]:
    """Return the rotations in progress among the listed secrets, or public keys, of a client.

    Both sides of a rotation are live. If something has several successors, the newest counts.
    """
    live = {one.pk: one for one in credentials if not is_expired(one.expires_at, now)}
    newest: dict[int, Any] = {}
    for one in sorted(live.values(), key=lambda one: one.pk):
        if one.replaces_id in live:
            newest[one.replaces_id] = one
    pairs = [one for old_id, new in newest.items() for one in (new, live[old_id])]
    uses = iter(uses_of(pairs, now=now))
    return [
        Rotation(
            new,
            old,
            old_is_idle=_are_idle([old], token_lifetime_s, now),
            # whatever the Token Lifetime was when they were issued
            no_token_left=_are_idle([old], TOKEN_LIFETIME_MAX_S, now),
        )
        for new, old in zip(uses, uses, strict=True)
    ]


def move_of(
    secrets: Iterable[Any], others: Iterable[Any], *, token_lifetime_s: int, now: datetime
) -> Move | None:
    """Return how far a client has moved from its listed ``secrets``; None if none is live."""
    old, new = (
        [one for one in some if not is_expired(one.expires_at, now)] for some in (secrets, others)
    )
    if not old:
        return None
    uses = uses_of([*old, *new], now=now)
    old_uses, new_uses = uses[: len(old)], uses[len(old) :]
    return Move(old_uses, new_uses, old_is_idle=_are_idle(old_uses, token_lifetime_s, now))


def move_of_client(client: Client, *, now: datetime) -> Move | None:
    """Return how far ``client`` has moved from its secrets; None if none is live."""
    others = [*listed_keys(client, now=now), *listed_identities(client, now=now)]
    secrets = listed_secrets(client, now=now)
    return move_of(secrets, others, token_lifetime_s=client.token_lifetime_s, now=now)


def _are_idle(uses: Sequence[Use], token_lifetime_s: int, now: datetime) -> bool:
    seen = (one.credential.last_used_at or one.credential.created_at for one in uses)
    return is_idle(max(seen), token_lifetime_s=token_lifetime_s, now=now)
