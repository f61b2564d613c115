"""When a Client Secret expires: the default date, parsing what people enter, and the limits.

Source: SEC-9, SEC-10.
"""

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import SECRET_YEARS_MAX

_TYPED: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T](?P<time>[0-9]{2}:[0-9]{2}))?"
)
_END_OF_DAY: Final = time(23, 59, 59, fold=1)
_FORMAT: Final = "%Y-%m-%d %H:%M"
_NOT_A_DATE: Final = gettext_noop(
    "Enter a date and time as YYYY-MM-DD hh:mm, for example 2027-11-23 10:15."
)
_NOT_A_DATE_OR_NEVER: Final = gettext_noop(
    "Enter a date and time as YYYY-MM-DD hh:mm, for example 2027-11-23 10:15, "
    "or select Never Expires."
)


def default_expiration(now: datetime, zone: tzinfo) -> datetime:
    """Return the same wall time in ``zone`` one calendar year after ``now``, as aware UTC.

    29 Feb becomes 28 Feb. Of an hour that occurs twice, the earlier one counts; an hour that is
    skipped becomes the one after it.
    """
    return _years_later(now.astimezone(zone), years=1).replace(fold=0).astimezone(UTC)


def parse_expiration(text: str, zone: tzinfo, *, field: str = "secret.expiration") -> datetime:
    """Return the moment of ``text``, a date and time in ``zone`` such as "2027-11-23 10:15".

    A date alone is the last second of that day. Units: an aware UTC moment. Of a time that occurs
    twice (daylight saving), the earlier one; of the end of a day that does, the later one.
    Errors: RuleBroken (of ``field``) if it is not a date and time, or one that does not occur.
    """
    wall = _wall_time(text.strip(), field=field)
    try:
        moment = wall.replace(tzinfo=zone).astimezone(UTC)
        shown = moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the first and last days of a datetime
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


def parse_end(text: str, zone: tzinfo, *, field: str = "secret.expiration") -> datetime:
    """Return the moment of ``text`` as JSON has it, such as "2027-11-23T10:15:00Z", or as typed.

    Errors: as ``parse_expiration``.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return parse_expiration(text, zone, field=field)


def _wall_time(text: str, *, field: str) -> datetime:
    typed = _TYPED.fullmatch(text)
    if typed is None:
        raise _not_a_date(field)
    try:
        day = date.fromisoformat(typed["day"])
    except ValueError:
        sentence = gettext_noop("Enter another day: there is no %(typed)s.")
        raise RuleBroken(sentence, field=field, typed=typed["day"]) from None
    if typed["time"] is None:
        return datetime.combine(day, _END_OF_DAY)
    try:
        return datetime.combine(day, time.fromisoformat(typed["time"]))
    except ValueError:
        sentence = gettext_noop("Enter another time: there is no %(typed)s. A day ends at 23:59.")
        raise RuleBroken(sentence, field=field, typed=typed["time"]) from None


def _not_a_date(field: str) -> RuleBroken:
    optional = field == "secret.expiration"
    return RuleBroken(_NOT_A_DATE_OR_NEVER if optional else _NOT_A_DATE, field=field)


def parse_zone(name: str) -> ZoneInfo:
    """Return the time zone of this name, such as "Europe/Berlin".

    Errors: RuleBroken (secret.expiration) if there is none.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError, OSError):  # the last for a folder of zones
        sentence = gettext_noop("Enter the date and time again. They are read in another zone now.")
        raise RuleBroken(sentence, field="secret.expiration") from None


def check_expiration(expires_at: datetime | None, now: datetime) -> None:
    """Raise RuleBroken unless a secret may expire at ``expires_at``; None means never.

    It must be in the future, at most 10 calendar years (in UTC) ahead.
    """
    if expires_at is None:
        return
    if expires_at <= now:
        raise RuleBroken(
            gettext_noop("Enter a date and time in the future, or select Never Expires."),
            field="secret.expiration",
        )
    if expires_at > (latest := latest_expiration(now)):
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
    """Return the latest moment at which a secret may expire: 10 calendar years ahead in UTC."""
    return _years_later(now.astimezone(UTC), years=SECRET_YEARS_MAX)


def is_expired(expires_at: datetime | None, now: datetime) -> bool:
    """Return whether a secret has expired; it has at ``expires_at`` itself."""
    return expires_at is not None and expires_at <= now


def _years_later(moment: datetime, *, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 Feb, in a year without one
        return moment.replace(year=moment.year + years, day=28)
