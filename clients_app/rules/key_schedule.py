"""The life of a signing key: next, active, retired, removed; what is due at a moment.

A key is published before it signs, so that verifiers that keep the public keys for a while know it
by then, and stays published until the last token that it has signed is over.

Source: OpenID Connect Core 1.0 section 10.1.1; KEY-4.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from clients_app.limits import (
    KEY_ANNOUNCED_DAYS,
    KEY_LEEWAY_S,
    KEY_MARGIN_S,
    TOKEN_LIFETIME_MAX_S,
)

ANNOUNCED: Final = timedelta(days=KEY_ANNOUNCED_DAYS)
PUBLISHED_AFTERWARDS: Final = timedelta(seconds=TOKEN_LIFETIME_MAX_S + KEY_LEEWAY_S)


class Step(StrEnum):
    """One step of the schedule."""

    PUBLISH = "publish"  # a next key is made
    ACTIVATE = "activate"  # the next key becomes the active one, which retires
    REMOVE = "remove"


class KeyTimes(NamedTuple):
    """A key that is not removed, as the schedule looks at it."""

    kid: str
    state: str
    activated_at: datetime | None
    signs_from: datetime | None
    retired_at: datetime | None


class Due(NamedTuple):
    step: Step
    kid: str  # of the key it is about; PUBLISH: of the active key


def steps_due(keys: Iterable[KeyTimes], *, rotation: timedelta, now: datetime) -> list[Due]:
    """Return what the schedule asks for at ``now``; ``rotation`` is how long a key signs."""
    of_state: dict[str, list[KeyTimes]] = {"next": [], "active": [], "retired": []}
    for key in keys:
        of_state[key.state].append(key)
    steps = [Due(Step.ACTIVATE, key.kid) for key in of_state["next"] if _past(key.signs_from, now)]
    if not of_state["next"]:
        for key in of_state["active"]:
            if _past(key.activated_at, now - rotation + ANNOUNCED):
                steps.append(Due(Step.PUBLISH, key.kid))
    for key in of_state["retired"]:
        if _past(key.retired_at, now - PUBLISHED_AFTERWARDS):
            steps.append(Due(Step.REMOVE, key.kid))
    return steps


def earliest_signing(published_at: datetime, *, max_age_s: int, now: datetime) -> datetime:
    """Return from when every verifier that keeps the keys ``max_age_s`` at most knows this one."""
    known_from = min(published_at, now) + timedelta(seconds=max_age_s + KEY_MARGIN_S)
    return max(known_from, now)


def scheduled_signing(
    active_since: datetime, *, rotation: timedelta, earliest: datetime
) -> datetime:
    """Return when the next key takes over from the one that is active since ``active_since``."""
    return max(active_since + rotation, earliest)


def removed_from(retired_at: datetime) -> datetime:
    """Return from when nothing needs the key: its last token is over for the slowest clock."""
    return retired_at + PUBLISHED_AFTERWARDS


def _past(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
