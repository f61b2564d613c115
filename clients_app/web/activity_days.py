"""The bars above Activity: one for each of 30 days, each a link that shows that day alone."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext

from clients_app.rules.chart_slots import days_until
from clients_app.selectors.activity.days import Day, activity_days
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.templatetags.charts import Part, stacked
from clients_app.web.activity_state import ActivityState, When

SHOWN: Final = 30
_LABEL_EVERY: Final = 7


class DayLink(NamedTuple):
    """A day with its bar. ``is_chosen`` if the list shows it alone, ``is_within`` if among others;
    ``label`` is empty where there is no room."""

    id: str
    query: str
    words: str
    label: str
    parts: list[Part]
    is_chosen: bool
    is_within: bool


def day_links(
    state: ActivityState, wanted: ActivityFilter, *, now: datetime
) -> list[DayLink] | None:
    """Return the last 30 days, or those up to an earlier day of the filter; oldest first.

    None if a filter matches too many rows to count them by day.
    """
    zone = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    first_shown = today - timedelta(days=SHOWN - 1)
    is_earlier = state.last is not None and state.last < first_shown
    last = state.last if state.last is not None and is_earlier else today
    slots = days_until(last, zone, count=SHOWN)
    counts = activity_days(wanted, slots)
    if counts is None:
        return None
    top = max(1, *(sum(day) for day in counts))
    return [
        _link(
            state,
            last - timedelta(days=SHOWN - 1 - at),
            counts[at],
            top=top,
            label=(SHOWN - 1 - at) % _LABEL_EVERY == 0,
            is_within=_overlaps(wanted, start, end),
        )
        for at, (start, end) in enumerate(pairwise(slots))
    ]


def _link(
    state: ActivityState, day: date, counts: Day, *, top: int, label: bool, is_within: bool
) -> DayLink:
    chosen = replace(state.at(), when=When.DATES, first=day, last=day)
    return DayLink(
        id=f"day-{day}",
        query=chosen.query(),
        words=_words(day, counts),
        label=date_format(day, "j M") if label else "",
        parts=stacked(counts, ("bar-tokens", "bar-refused"), top=top, full=100.0, base=100.0),
        is_chosen=(state.first, state.last) == (day, day),
        is_within=is_within,
    )


def _overlaps(wanted: ActivityFilter, start: datetime, end: datetime) -> bool:
    return (wanted.since is None or wanted.since < end) and (
        wanted.until is None or wanted.until > start
    )


def _words(day: date, counts: Day) -> str:
    """Return "Mon 23 Nov 2026: 12 events, refused token requests in 3 groups"."""
    events = ngettext("%(n)s event", "%(n)s events", counts.events) % {"n": f"{counts.events:,}"}
    words = f"{date_format(day, 'D j M Y')}: {events}"
    if not counts.refused:
        return words
    groups = ngettext(
        "%(n)s group of refused token requests",
        "%(n)s groups of refused token requests",
        counts.refused,
    )
    return f"{words}, {groups % {'n': f'{counts.refused:,}'}}"
