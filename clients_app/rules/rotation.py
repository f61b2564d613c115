"""Rotate: when the replaced secret expires, which is never later than before, and if it is idle.

Source: SEC-6.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SECRET_YEARS_MAX
from clients_app.rules.expiry import latest_expiration, parse_expiration
from clients_app.rules.tenant_policy import TenantPolicy, default_end


class OldEnds(StrEnum):
    """The choices on the screen."""

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
    """Return when a replaced secret expires; ``date`` counts for ``OldEnds.ON_A_DATE`` only.

    Errors: RuleBroken (old_ends_at) for a bad date; (old_ends) for an unknown choice.
    """
    if choice in PERIODS:
        return now + PERIODS[OldEnds(choice)]
    if choice != OldEnds.ON_A_DATE:
        sentence = gettext_noop("Choose when the old secret stops working.")
        raise RuleBroken(sentence, field="old_ends")
    ends_at = parse_expiration(date, zone, field="old_ends_at")
    check_old_end(ends_at, now)
    return ends_at


def check_old_end(ends_at: datetime, now: datetime) -> None:
    """Raise RuleBroken (old_ends_at) unless ``ends_at`` is from ``now`` to 10 years ahead."""
    if ends_at < now:
        sentence = gettext_noop("Enter a date and time in the future, or select Immediately.")
        raise RuleBroken(sentence, field="old_ends_at")
    if ends_at > latest_expiration(now):
        sentence = gettext_noop("Enter a date and time at most %(years)s years ahead.")
        raise RuleBroken(sentence, field="old_ends_at", years=SECRET_YEARS_MAX)


def end_of_replaced(
    own_end: datetime | None, chosen: datetime, *, created_at: datetime
) -> datetime:
    """Return when a replaced secret expires: as chosen, or at its own end if that is sooner.

    That is after ``created_at``, even if the clock was set back.
    """
    ends_at = chosen if own_end is None else min(own_end, chosen)
    return max(ends_at, created_at + timedelta.resolution)


def life_of_successor(
    *, created_at: datetime, expires_at: datetime | None, policy: TenantPolicy, now: datetime
) -> datetime | None:
    """Return when a new secret expires that lives as long as the one that it replaces.

    The policies of the tenant may want it to be sooner. None means never.
    """
    latest = policy.latest_end(created_at=now, now=now)
    if expires_at is None:
        return None if policy.may_never_expire else default_end(policy, now=now, zone=UTC)
    wanted = min(now + (expires_at - created_at), latest_expiration(now))
    return wanted if latest is None else min(wanted, latest)


def is_idle(last_seen: datetime, *, token_lifetime_s: int, now: datetime) -> bool:
    """Return whether a secret, last used or created at ``last_seen``, seems no longer in use.

    A machine that still used it would have requested a token within the Token Lifetime.
    """
    return now - last_seen > timedelta(seconds=token_lifetime_s)


def check_own_life(
    expires_at: datetime | None,
    *,
    used_created_at: datetime,
    used_expires_at: datetime | None,
    now: datetime,
) -> None:
    """Raise RuleBroken (secret.expiration) if a client gives itself a longer life than it has.

    What it adds may last, from ``now``, as long as the secret or key that it used was given.
    """
    if used_expires_at is None:
        return
    latest = now + (used_expires_at - used_created_at)
    if expires_at is None or expires_at > latest:
        raise RuleBroken(
            gettext_noop(
                "Enter an earlier date. A client gives itself no longer life than the secret or "
                "key has that it used: %(latest)s UTC at the latest."
            ),
            field="secret.expiration",
            latest=latest.strftime("%Y-%m-%d %H:%M:%S"),
        )
