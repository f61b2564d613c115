"""Dates and times as people read them: the one place for their words and their zone.

The zone is the active one, which is the person's own over the installation's.
"""

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

register = template.Library()

SOON: Final = timedelta(days=30)
DAY_S: Final = 86_400
WEEK: Final = timedelta(days=7)


@register.filter
def day(moment: datetime) -> str:
    """Return the date: "4 Sep 2027"."""
    return date_format(timezone.localtime(moment), "j M Y")


@register.filter
def day_time(moment: datetime) -> str:
    """Return date, time and zone: "4 Sep 2027, 10:15 UTC"."""
    return f"{date_format(timezone.localtime(moment), 'j M Y, H:i')} {zone_name(moment)}"


@register.simple_tag(takes_context=True)
def to_the_second(context: Any, moment: datetime) -> SafeString:
    """Draw a moment of a list: "Today, 10:15:42", "Yesterday, 22:40:19", "4 Sep 2026, 10:15:42"."""
    local, today = timezone.localtime(moment), timezone.localtime(context["now"]).date()
    near = {0: gettext("Today"), 1: gettext("Yesterday")}
    date = near.get((today - local.date()).days, day(moment))
    return format_html(
        '<time datetime="{}" title="{}">{}, {}</time>',
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        day_time(moment),
        date,
        date_format(local, "H:i:s"),
    )


@register.filter
def clock(moment: datetime) -> str:
    """Return time and zone: "10:15 UTC"."""
    return f"{date_format(timezone.localtime(moment), 'H:i')} {zone_name(moment)}"


@register.simple_tag
def zone() -> str:
    """Return the zone that times are typed and shown in: "UTC", "Europe/Berlin"."""
    return str(timezone.get_current_timezone())


@register.simple_tag(takes_context=True)
def when(context: Any, moment: datetime | None, words: str = "") -> str | SafeString:
    """Draw a moment in words, with its full time on hover; "Never" where there is none."""
    if moment is None:
        return gettext("Never")
    local = timezone.localtime(moment)
    full = f"{date_format(local, 'j M Y, H:i:s')} {zone_name(moment)}"
    said = {
        "": ago,
        "day": lambda at, now: day(at),
        "full": lambda at, now: day_time(at),
        "clock": lambda at, now: clock(at),
    }[words]
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        full,
        said(moment, context["now"]),
    )


@register.filter
def seconds_in_words(seconds: int) -> str:
    """Return a number of seconds in hours, minutes and seconds: "1 hour", "2 minutes"."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [
        hours and ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours},
        minutes and ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes},
        left and ngettext("%(n)s second", "%(n)s seconds", left) % {"n": left},
    ]
    return " ".join(part for part in parts if part)


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago: "4 minutes ago"; after a week the date."""
    past = now - moment
    if past >= WEEK:
        return day(moment)
    seconds = max(0, int(past.total_seconds()))
    if seconds < 10:
        return gettext("just now")
    return gettext("%(time)s ago") % {"time": _roughly(seconds)}


@register.filter
def idle_for(moment: datetime, now: datetime) -> str:
    """Return the time since a moment: "17 hours"."""
    return _roughly(max(0, int((now - moment).total_seconds())))


def expires(moment: datetime, now: datetime) -> str:
    """Return when something ends: "Expires in 12 days" within 30 days, else the date."""
    if not is_soon(moment, now):
        return gettext("Expires %(date)s") % {"date": day(moment)}
    return gettext("Expires in %(time)s") % {"time": time_until(moment, now)}


def time_until(moment: datetime, now: datetime) -> str:
    """Return the time until a moment: "12 days", below two days "23 hours", "4 minutes"."""
    seconds = max(0, int((moment - now).total_seconds()))
    days = days_left(moment, now)
    return _roughly(seconds if days < 2 else days * DAY_S)


def days_left(moment: datetime, now: datetime) -> int:
    """Return the days until a moment, to the nearest: a year ahead is 365, not 364 and a bit."""
    return round((moment - now).total_seconds() / DAY_S)


def is_soon(moment: datetime, now: datetime) -> bool:
    """Tell whether a moment is less than 30 days away."""
    return moment - now < SOON


def zone_name(moment: datetime) -> str:
    """Return how the active zone is called at ``moment``: "UTC", "CET"; a bare offset as such."""
    local = timezone.localtime(moment)
    assert isinstance(local.tzinfo, tzinfo)  # noqa: S101  narrows the type
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def _roughly(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if seconds < DAY_S:
        hours = seconds // 3600
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = seconds // DAY_S
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
