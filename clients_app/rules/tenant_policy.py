"""The policies of a tenant: stricter rules for its clients and secrets than those of the product.

An expiration may be at most ``secret_days_max`` days ahead when it is set. With forced rotation a
secret expires at most ``rotation_days`` days after it was created, however often it is edited.
Existing secrets that exceed this expire at least 30 days after the policy is set.

Source: POL-1, POL-4.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import ALLOWED_ISSUERS_MAX, SECRET_DAYS_MAX
from clients_app.rules.expiry import default_expiration
from clients_app.rules.federation.issuers import clean_issuer
from clients_app.rules.federation.trust import Grade, Level
from clients_app.rules.names import check_length

GRACE: Final = timedelta(days=30)  # for secrets that are older than forced rotation allows
#: whether a policy forbids, or only says what it would forbid
OFF, DRY_RUN, ON = FORBIDDING = ("off", "dry-run", "on")
_DIGITS: Final = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantPolicy:
    """By default there are no policies. Units: whole days; None means no limit."""

    secret_days_max: int | None = None
    rotation_days: int | None = None
    never_expires_allowed: bool = True
    owner_required: bool = False
    mfa_for_administrators: bool = False
    machines_see_only_themselves: bool = False
    dangerous_rules_forbidden: bool = False
    allowed_issuers: tuple[str, ...] = ()  # of federated identities; empty: all
    new_secrets_forbidden: str = OFF

    @property
    def may_never_expire(self) -> bool:
        """True if a secret may be without an expiration."""
        return self.never_expires_allowed and self.secret_days_max is self.rotation_days is None

    def latest_end(self, *, created_at: datetime, now: datetime) -> datetime | None:
        """Return the latest expiration that a secret may be given now; None means no limit."""
        limits = ((now, self.secret_days_max), (created_at, self.rotation_days))
        return min(
            (start + timedelta(days=days) for start, days in limits if days is not None),
            default=None,
        )

    def forced_end(self, *, created_at: datetime, now: datetime) -> datetime | None:
        """Return when forced rotation makes an existing secret expire; None if it does not."""
        if self.rotation_days is None:
            return None
        return max(created_at + timedelta(days=self.rotation_days), now + GRACE)

    def check_end(
        self, expires_at: datetime | None, *, created_at: datetime, now: datetime
    ) -> None:
        """Raise RuleBroken unless a secret may be given ``expires_at`` now; None means never."""
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
                    "Enter an earlier date. The policies of this tenant allow %(latest)s UTC at "
                    "the latest."
                ),
                field="secret.expiration",
                latest=latest.strftime("%Y-%m-%d %H:%M"),
            )

    def forbids_new_secret(self, *, is_exempt: bool) -> bool:
        """Return whether ``check_new_secret`` refuses it."""
        return self.new_secrets_forbidden == ON and not is_exempt

    def check_new_secret(self, *, is_exempt: bool) -> None:
        """Raise RuleBroken where a client may get no new secret, also none by a rotation."""
        if self.forbids_new_secret(is_exempt=is_exempt):
            raise RuleBroken(
                gettext_noop(
                    "A policy of this tenant forbids new secrets, also by a rotation. Add a public "
                    "key or a federated identity instead, or ask a Tenant Administrator to exempt "
                    "this client."
                )
            )

    def would_refuse_new_secret(self, *, is_exempt: bool) -> bool:
        """Return whether ``check_new_secret`` would refuse it if the policy were no dry run."""
        return self.new_secrets_forbidden == DRY_RUN and not is_exempt

    def check_trust(self, issuer: str, grade: Grade) -> None:
        """Raise RuleBroken unless a federated identity of this issuer and grade may be saved."""
        if self.allowed_issuers and issuer not in self.allowed_issuers:
            sentence = gettext_noop(
                "A policy of this tenant allows only these issuers: %(issuers)s."
            )
            issuers = ", ".join(self.allowed_issuers)
            raise RuleBroken(sentence, field="identity.issuer", issuers=issuers)
        if self.dangerous_rules_forbidden and grade.level is Level.DANGEROUS:
            sentence = gettext_noop(
                "A policy of this tenant forbids dangerous rules. Enter a narrower rule."
            )
            raise RuleBroken(sentence, field="identity.subject_rule")

    def allows(self, issuer: str, grade: Grade) -> bool:
        """Return whether ``check_trust`` lets a federated identity of them be saved."""
        try:
            self.check_trust(issuer, grade)
        except RuleBroken:
            return False
        return True


NO_POLICY: Final = TenantPolicy()


def default_end(policy: TenantPolicy, *, now: datetime, zone: tzinfo) -> datetime:
    """Return the default expiration of a new secret: in a year, or the latest that is allowed."""
    latest, default = policy.latest_end(created_at=now, now=now), default_expiration(now, zone)
    return default if latest is None else min(default, latest)


def parse_days(text: str, *, field: str) -> int | None:
    """Return the days that a person entered, 1 to 3650; None, which means no limit, if empty.

    Errors: RuleBroken for anything else.
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


def parse_issuers(text: str, *, field: str) -> tuple[str, ...]:
    """Return the issuers that a person entered, one on each line; errors: RuleBroken."""
    lines = (line for line in text.split("\n") if line.strip())
    issuers = dict.fromkeys(clean_issuer(line, field=field) for line in lines)
    too_many = gettext_noop("Enter at most %(maximum)s issuers. There are %(length)s.")
    check_length(issuers, too_many, maximum=ALLOWED_ISSUERS_MAX, field=field)
    return tuple(issuers)
