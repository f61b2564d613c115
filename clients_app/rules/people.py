"""The state of a person, and when they count as not signed in for a long time."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

UNSEEN_AFTER: Final = timedelta(days=90)


class PersonState(StrEnum):
    ACTIVE = "active"
    INVITED = "invited"
    EXPIRED = "expired"  # the invitation is
    INACTIVE = "inactive"


def state_of(*, is_active: bool, invitation_ends_at: datetime | None, now: datetime) -> PersonState:
    """Return the state; an invitation is over at the moment when it ends."""
    if not is_active:
        return PersonState.INACTIVE
    if invitation_ends_at is None:
        return PersonState.ACTIVE
    return PersonState.INVITED if invitation_ends_at > now else PersonState.EXPIRED


def is_unseen(state: PersonState, *, last_seen_at: datetime, now: datetime) -> bool:
    """Return whether an active person did not sign in for 90 days.

    ``last_seen_at`` is their last sign-in, or when they were added.
    """
    return state is PersonState.ACTIVE and last_seen_at < now - UNSEEN_AFTER
