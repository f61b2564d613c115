"""Rotations in progress: which of the two secrets is still used."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from clients_app.limits import TOKEN_LIFETIME_MAX_S
from clients_app.models import TokenUsage
from clients_app.rules.expiry import is_expired
from clients_app.rules.rotation import is_idle
from clients_app.selectors.periods import DAY


class Use(NamedTuple):
    """How one secret was used in the last 24 hours; each hour has only its last address."""

    secret: Any
    tokens: int
    addresses: list[str]  # latest first


class Rotation(NamedTuple):
    """``old_is_idle`` if the old secret was unused for longer than the Token Lifetime;
    ``no_token_left`` if none of its tokens can still be valid."""

    new: Use
    old: Use
    old_is_idle: bool
    no_token_left: bool


def rotations(secrets: Iterable[Any], *, token_lifetime_s: int, now: datetime) -> list[Rotation]:
    """Return the rotations in progress among the ``listed_secrets`` of a client.

    Both secrets of a rotation are live. If a secret has several successors, the newest counts.
    """
    live = {one.pk: one for one in secrets if not is_expired(one.expires_at, now)}
    newest: dict[int, Any] = {}
    for one in sorted(live.values(), key=lambda one: one.pk):
        if one.replaces_id in live:
            newest[one.replaces_id] = one
    if not newest:
        return []
    ids = {*newest, *(one.pk for one in newest.values())}
    usage = TokenUsage.objects.filter(secret__in=ids, hour__gte=now - DAY).order_by("-last_at")
    rows = list(usage)
    return [
        _rotation(new, live[old_id], rows, token_lifetime_s=token_lifetime_s, now=now)
        for old_id, new in newest.items()
    ]


def _rotation(
    new: Any, old: Any, rows: list[TokenUsage], *, token_lifetime_s: int, now: datetime
) -> Rotation:
    last_seen = old.last_used_at or old.created_at
    return Rotation(
        new=_use(new, rows),
        old=_use(old, rows),
        old_is_idle=is_idle(last_seen, token_lifetime_s=token_lifetime_s, now=now),
        # whatever the Token Lifetime was when they were issued
        no_token_left=is_idle(last_seen, token_lifetime_s=TOKEN_LIFETIME_MAX_S, now=now),
    )


def _use(secret: Any, rows: list[TokenUsage]) -> Use:
    own = [row for row in rows if row.secret_id == secret.pk]
    addresses = dict.fromkeys(row.last_address for row in own if row.last_address)
    if not addresses and secret.last_used_address:
        addresses = {secret.last_used_address: None}
    return Use(secret, sum(row.tokens for row in own), list(addresses))
