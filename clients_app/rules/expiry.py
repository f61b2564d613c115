"""When a Client Secret ends: the default date, what a person may type, and whether it has ended.

Source: SEC-9, SEC-10.
"""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SECRET_YEARS_MAX

_TYPED: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2})")
_FORMAT: Final = "%Y-%m-%d %H:%M"


def default_expiration(now: datetime, zone: tzinfo) -> datetime:
    """Return the same wall time in ``zone`` one calendar year after ``now``.

    Units: an aware UTC moment. 29 Feb leads to 28 Feb; of a double hour the earlier one counts,
    and a skipped one ends as much later as the clocks were put forward.
    """
    return _years_later(now.astimezone(zone), years=1).replace(fold=0).astimezone(UTC)


def parse_expiration(text: str, zone: tzinfo, *, field: str = "secret.expiration") -> datetime:
    """Return the moment that ``text`` names on the clocks of ``zone``: "2027-11-23 10:15".

    Units: an aware UTC moment. Of an hour that daylight saving doubles, the earlier one.
    Errors: RuleBroken (of ``field``) if it is no such date and time, or one that daylight saving
    skips.
    """
    wall = _wall_time(text.strip(), field)
    try:
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        shown = moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first and last days that a datetime can hold
        raise _not_a_date(field) from None
    if shown != wall:
        raise RuleBroken(
            gettext_noop(
                "Enter another time, for example %(example)s. "
                "The clocks of %(zone)s skip %(typed)s."
            ),
            field=field,
            example=shown.strftime(_FORMAT),
            zone=str(zone),
            typed=wall.strftime(_FORMAT),
        )
    return moment


def check_expiration(expires_at: datetime | None, now: datetime) -> None:
    """Accept ``expires_at`` as the end of a secret from ``now`` on; None means never.

    Errors: RuleBroken unless it lies in the future, at most 10 calendar years (of UTC) ahead.
    """
    if expires_at is None:
        return
    if expires_at <= now:
        raise RuleBroken(
            gettext_noop("Enter a date and time in the future, or select Never Expires."),
            field="secret.expiration",
        )
    latest = latest_expiration(now)
    if expires_at > latest:
        raise RuleBroken(
            gettext_noop(
                "Enter a date and time at most %(years)s years ahead, or select Never Expires. "
                "The latest is %(latest)s UTC."
            ),
            field="secret.expiration",
            years=SECRET_YEARS_MAX,
            latest=latest.strftime(_FORMAT),
        )


def latest_expiration(now: datetime) -> datetime:
    """Return the last moment at which a secret may end: 10 calendar years of UTC ahead."""
    return _years_later(now.astimezone(UTC), years=SECRET_YEARS_MAX)


def is_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether a secret has ended: from the very second of ``expires_at`` on."""
    return expires_at is not None and expires_at <= now


def _wall_time(text: str, field: str) -> datetime:
    typed = _TYPED.fullmatch(text)
    if not typed:
        raise _not_a_date(field)
    try:
        return datetime.fromisoformat(f"{typed[1]}T{typed[2]}")
    except ValueError:
        raise _not_a_date(field) from None


def _years_later(moment: datetime, *, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 Feb of a year that has none
        return moment.replace(year=moment.year + years, day=28)


def _not_a_date(field: str) -> RuleBroken:
    if field != "secret.expiration":  # an end that there must be
        return RuleBroken(
            gettext_noop(
                "Enter a date and time as YYYY-MM-DD hh:mm, for example 2027-11-23 10:15."
            ),
            field=field,
        )
    return RuleBroken(
        gettext_noop(
            "Enter a date and time as YYYY-MM-DD hh:mm, for example 2027-11-23 10:15, "
            "or select Never Expires."
        ),
        field=field,
    )
