"""Show > Timeline: the next twelve months of expirations by week, each week a link that filters."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from clients_app.rules.chart_scale import compact, heights
from clients_app.rules.weeks import name_of
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.clients.timeline import expiring_weeks
from clients_app.web.list_state import ListState

HEIGHT: Final = 60  # of the highest bar, in units of the drawing
_LEAST: Final = 2  # of the lowest


class Bar(NamedTuple):
    """A week of the timeline; ``query`` is empty where nothing expires."""

    words: str  # "Week of 30 Nov 2026: 3 clients"
    month: str  # where a month begins: "Dec"
    counted: str  # "3", "1.2k"
    height: int
    top: int
    query: str
    is_chosen: bool


def timeline_of(state: ListState, tenant_id: UUID, *, now: datetime) -> list[Bar]:
    """Return the bars above a list in ``state``; none unless it shows the timeline."""
    if state.show is not Show.TIMELINE:
        return []
    zone = timezone.get_current_timezone()
    filters = replace(state, week="", show=Show.ALL).filters(zone)
    clients = clients_of(tenant_id, now=now, **filters).filter(client_type=state.type)
    weeks = expiring_weeks(clients, zone=zone, now=now)
    most = max(week.clients for week in weeks)
    bars, before = [], weeks[0].monday
    for week in weeks:
        (height,) = heights((week.clients,), top=max(most, 1), full=HEIGHT, least=_LEAST)
        named = replace(state, week=name_of(week.monday), page=1)
        is_first = week is weeks[0] or week.monday.month != before.month
        counted = ngettext("%(n)s client", "%(n)s clients", week.clients)
        counted %= {"n": f"{week.clients:,}"}
        bars.append(
            Bar(
                words=f"{in_words(week.monday)}: {counted}",
                month=date_format(week.monday, "M") if is_first else "",
                counted=compact(week.clients),
                height=round(height),
                top=HEIGHT - round(height),
                query=named.query() if week.clients else "",
                is_chosen=named.week == state.week,
            )
        )
        before = week.monday
    return bars


def in_words(monday: date | None) -> str:
    """Return the name of a week: "Week of 30 Nov 2026"."""
    return gettext("Week of %(day)s") % {"day": date_format(monday, "j M Y") if monday else ""}
