"""What a tenant demands of its clients and secrets, beyond the rules of the product.

An end may be set at most ``secret_days_max`` days ahead, whenever it is set. With forced rotation a
secret ends at most ``rotation_days`` days after it was made, however often its end is edited. What
exists when a policy is set is not cut off: a secret that would live longer than forced rotation
lets it gets an end, 30 days ahead at the least.

Source: POL-1.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SECRET_DAYS_MAX
from clients_app.rules.expiry import default_expiration

GRACE: Final = timedelta(days=30)  # for secrets older than forced rotation lets them be
_DIGITS: Final = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPolicy:
    """The default demands nothing. Units: whole days; None means no limit."""

    secret_days_max: int | None = None
    rotation_days: int | None = None
    never_expires_allowed: bool = True
    owner_required: bool = False
    mfa_for_administrators: bool = False

    @property
    def may_never_expire(self) -> bool:
        """True where a secret without an end breaks none of the limits."""
        limited = self.secret_days_max is not None or self.rotation_days is not None
        return self.never_expires_allowed and not limited

    def latest_end(self, *, created_at: datetime, now: datetime) -> datetime | None:
        """Return the latest end that a secret made at ``created_at`` may be given now."""
        ends = []
        if self.secret_days_max is not None:
            ends.append(now + timedelta(days=self.secret_days_max))
        if self.rotation_days is not None:
            ends.append(created_at + timedelta(days=self.rotation_days))
        return min(ends, default=None)

    def forced_end(self, *, created_at: datetime, now: datetime) -> datetime | None:
        """Return the end that a secret is given if it would live longer; None: none is forced."""
        if self.rotation_days is None:
            return None
        return max(created_at + timedelta(days=self.rotation_days), now + GRACE)

    def check_end(
        self, expires_at: datetime | None, *, created_at: datetime, now: datetime
    ) -> None:
        """Accept ``expires_at`` as the end that a secret is given now; None means never.

        Errors: RuleBroken (secret.expiration).
        """
        latest = self.latest_end(created_at=created_at, now=now)
        if expires_at is None and not self.may_never_expire:
            raise RuleBroken(
                gettext_noop(
                    "A policy of this tenant does not allow Never Expires. Enter a date and time."
                ),
                field="secret.expiration",
            )
        if expires_at is not None and latest is not None and expires_at > latest:
            raise RuleBroken(
                gettext_noop(
                    "Enter an earlier date. By the policies of this tenant, the latest is "
                    "%(latest)s UTC."
                ),
                field="secret.expiration",
                latest=latest.strftime("%Y-%m-%d %H:%M"),
            )


NO_POLICY: Final = TenantPolicy()


def default_end(policy: TenantPolicy, *, now: datetime, zone: tzinfo) -> datetime:
    """Return the end that a new secret is offered: in a year, or the latest that is allowed."""
    latest, default = policy.latest_end(created_at=now, now=now), default_expiration(now, zone)
    return default if latest is None else min(default, latest)


def parse_days(text: str, *, field: str) -> int | None:
    """Return the number of days that a person typed; an empty field means no limit.

    Errors: RuleBroken for everything but the digits of a number from 1 to 3650.
    """
    text = text.strip()
    if not text:
        return None
    if not _DIGITS.fullmatch(text) or int(text) > SECRET_DAYS_MAX:
        raise RuleBroken(
            gettext_noop("Enter a whole number from 1 to %(maximum)s, or nothing for no limit."),
            field=field,
            maximum=SECRET_DAYS_MAX,
        )
    return int(text)
