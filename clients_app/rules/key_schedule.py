"""The states of a signing key: next, active, retired, removed; and when each step is due.

A key is published before it signs, so that verifiers that cache the public keys know it by then,
and stays published until the last token that it signed has expired.

Source: OpenID Connect Core 1.0 section 10.1.1; KEY-4.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from clients_app.limits import KEY_ANNOUNCED_DAYS, KEY_LEEWAY_S, KEY_MARGIN_S, TOKEN_LIFETIME_MAX_S

ANNOUNCED: Final = timedelta(days=KEY_ANNOUNCED_DAYS)
PUBLISHED_AFTERWARDS: Final = timedelta(seconds=TOKEN_LIFETIME_MAX_S + KEY_LEEWAY_S)


class Step(StrEnum):
    PUBLISH = "publish"  # a next key is created
    ACTIVATE = "activate"  # the next key becomes the active one, which retires
    REMOVE = "remove"


class KeyTimes(NamedTuple):
    """A key that is not removed."""

    kid: str
    state: str
    activated_at: datetime | None
    signs_from: datetime | None
    retired_at: datetime | None


class Due(NamedTuple):
    step: Step
    kid: str  # for PUBLISH, of the active key


def steps_due(keys: Iterable[KeyTimes], *, rotation: timedelta, now: datetime) -> list[Due]:
    """Return the steps that are due at ``now``; ``rotation`` is how long a key signs."""
    keys = list(keys)
    rules = [
        ("next", Step.ACTIVATE, "signs_from", timedelta()),
        ("active", Step.PUBLISH, "activated_at", rotation - ANNOUNCED),
        ("retired", Step.REMOVE, "retired_at", PUBLISHED_AFTERWARDS),
    ]
    if any(key.state == "next" for key in keys):
        del rules[1]
    return [
        Due(step, key.kid)
        for state, step, column, wait in rules
        for key in keys
        if key.state == state and (since := getattr(key, column)) and since <= now - wait
    ]


def earliest_signing(published_at: datetime, *, max_age_s: int, now: datetime) -> datetime:
    """Return when each verifier that caches keys for up to ``max_age_s`` knows this one."""
    known_from = min(published_at, now) + timedelta(seconds=max_age_s + KEY_MARGIN_S)
    return max(known_from, now)


def scheduled_signing(
    active_since: datetime, *, rotation: timedelta, earliest: datetime
) -> datetime:
    """Return when the next key replaces the one that is active since ``active_since``."""
    return max(active_since + rotation, earliest)


def removed_from(retired_at: datetime) -> datetime:
    """Return when the last token of the key has expired, also for clocks that are slow."""
    return retired_at + PUBLISHED_AFTERWARDS
