"""Rotate: when the secret that is replaced ends, and when it is idle.

Source: SEC-6; a rotation never makes a life longer.
"""

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SECRET_YEARS_MAX
from clients_app.rules.expiry import latest_expiration, parse_expiration


class OldEnds(StrEnum):
    """What a person may choose."""

    AT_ONCE = "now"
    IN_1_HOUR = "1h"
    IN_24_HOURS = "24h"
    IN_7_DAYS = "7d"
    ON_A_DATE = "date"


PERIODS: Final[dict[str, timedelta]] = {
    OldEnds.AT_ONCE: timedelta(),
    OldEnds.IN_1_HOUR: timedelta(hours=1),
    OldEnds.IN_24_HOURS: timedelta(hours=24),
    OldEnds.IN_7_DAYS: timedelta(days=7),
}


def parse_old_end(choice: str, date: str, *, zone: tzinfo, now: datetime) -> datetime:
    """Return the moment at which a replaced secret ends, by a choice and, for one, a date.

    Errors: RuleBroken (old_ends_at) for a bad date; (old_ends) for what is none of the choices.
    """
    if choice in PERIODS:
        return now + PERIODS[OldEnds(choice)]
    if choice != OldEnds.ON_A_DATE:
        raise RuleBroken(
            gettext_noop("Choose when the old secret stops working."), field="old_ends"
        )
    ends_at = parse_expiration(date, zone, field="old_ends_at")
    check_old_end(ends_at, now)
    return ends_at


def check_old_end(ends_at: datetime, now: datetime) -> None:
    """Accept ``ends_at`` as the end that is chosen for a replaced secret; ``now`` is at once.

    Errors: RuleBroken (old_ends_at) unless it lies at most 10 years ahead.
    """
    if ends_at < now:
        raise RuleBroken(
            gettext_noop("Enter a date and time in the future, or select At once."),
            field="old_ends_at",
        )
    if ends_at > latest_expiration(now):
        raise RuleBroken(
            gettext_noop("Enter a date and time at most %(years)s years ahead."),
            field="old_ends_at",
            years=SECRET_YEARS_MAX,
        )


def end_of_replaced(
    own_end: datetime | None, chosen: datetime, *, created_at: datetime
) -> datetime:
    """Return when a replaced secret ends: as chosen, or by itself where that is sooner.

    It ends after its creation even if the clock was put back.
    """
    ends_at = chosen if own_end is None else min(own_end, chosen)
    return max(ends_at, created_at + timedelta.resolution)


def is_idle(last_seen: datetime, *, token_lifetime_s: int, now: datetime) -> bool:
    """Tell whether a secret, last used or else made at ``last_seen``, is no longer in use.

    It is when it was left alone for longer than the Token Lifetime: a machine that still had it
    would have asked again.
    """
    return now - last_seen > timedelta(seconds=token_lifetime_s)
