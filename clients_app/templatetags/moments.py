"""Dates and times as people read them, in the active time zone."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext_lazy

from clients_app.selectors.periods import EXPIRING

register = template.Library()

DAY_S: Final = 86_400
WEEK: Final = timedelta(days=7)
_UNITS: Final = (
    (DAY_S, ngettext_lazy("%(n)s day", "%(n)s days", "n")),
    (3600, ngettext_lazy("%(n)s hour", "%(n)s hours", "n")),
    (60, ngettext_lazy("%(n)s minute", "%(n)s minutes", "n")),
    (1, ngettext_lazy("%(n)s second", "%(n)s seconds", "n")),
)


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
    """Return a moment of a list: "Today, 10:15:42", "4 Sep 2026, 10:15:42"."""
    local, today = timezone.localtime(moment), timezone.localtime(context["now"]).date()
    near = {0: gettext("Today"), 1: gettext("Yesterday")}
    date = near.get((today - local.date()).days, day(moment))
    return _time_element(moment, day_time(moment), f"{date}, {date_format(local, 'H:i:s')}")


@register.filter
def clock(moment: datetime) -> str:
    """Return time and zone: "10:15 UTC"."""
    return f"{date_format(timezone.localtime(moment), 'H:i')} {zone_name(moment)}"


@register.simple_tag
def zone() -> str:
    """Return the active time zone: "UTC", "Europe/Berlin"."""
    return str(timezone.get_current_timezone())


@register.simple_tag(takes_context=True)
def when(context: Any, moment: datetime | None, words: str = "") -> str | SafeString:
    """Return a moment in words, with its full time on hover; "Never" for None."""
    if moment is None:
        return gettext("Never")
    full = f"{date_format(timezone.localtime(moment), 'j M Y, H:i:s')} {zone_name(moment)}"
    shown = {"day": day, "full": day_time, "clock": clock}.get(words)
    return _time_element(moment, full, shown(moment) if shown else ago(moment, context["now"]))


def _time_element(moment: datetime, title: str, text: str) -> SafeString:
    utc = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return format_html('<time datetime="{}" title="{}">{}</time>', utc, title, text)


@register.filter
def seconds_in_words(seconds: int) -> str:
    """Return a number of seconds in hours, minutes and seconds: "1 hour", "2 minutes"."""
    counts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    parts = zip(_UNITS[1:], counts, strict=True)
    return " ".join(text % {"n": count} for (_, text), count in parts if count)


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, "4 minutes ago", or its date after a week."""
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
    """Return "Expires in 12 days" within 30 days, and "Expires" with the date before that."""
    if not is_soon(moment, now):
        return gettext("Expires %(date)s") % {"date": day(moment)}
    return gettext("Expires in %(time)s") % {"time": time_until(moment, now)}


@register.filter
def time_until(moment: datetime, now: datetime) -> str:
    """Return the time until a moment: "12 days", "23 hours", "4 minutes"."""
    seconds = max(0, int((moment - now).total_seconds()))
    days = days_left(moment, now)
    return _roughly(seconds if days < 2 else days * DAY_S)


def days_left(moment: datetime, now: datetime) -> int:
    """Return the days until a moment, rounded."""
    return round((moment - now).total_seconds() / DAY_S)


def is_soon(moment: datetime, now: datetime) -> bool:
    """Return whether a moment is less than 30 days away."""
    return moment - now < EXPIRING


def zone_name(moment: datetime) -> str:
    """Return the name of the active zone at ``moment``: "UTC", "CET", "UTC-03"."""
    local = timezone.localtime(moment)
    assert isinstance(local.tzinfo, tzinfo)  # noqa: S101  narrows the type
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def _roughly(seconds: int) -> str:
    unit_s, text = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    return text % {"n": seconds // unit_s}
