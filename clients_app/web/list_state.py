"""What the address of the list of clients holds: type, filter, Show, role, order and page.

A value that makes no sense counts as missing, so that every address shows a sensible list.
"""

from dataclasses import asdict, dataclass, replace
from datetime import tzinfo
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.limits import BULK_MAX, TAG_MAX
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.rules.weeks import week_named
from clients_app.selectors.clients.order import SORTS
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.clients.timeline import week_period
from clients_app.web.htmx import with_query

FILTER_MAX: Final = 200  # characters of a filter that are used

SHOWN: Final[dict[Show, str | Promise]] = {
    Show.ALL: _("All clients"),
    Show.ACTIVE: _("Active"),
    Show.DISABLED: _("Disabled"),
    Show.FAILING: _("Failing"),
    Show.NO_TOKENS: _("Cannot request tokens"),
    Show.REFUSED: _("Refused today"),
    Show.EXPIRING_SOON: _("Expires within 7 days"),
    Show.EXPIRING: _("Expires within 30 days"),
    Show.EXPIRED: _("Expired"),
    Show.NEVER: _("Never Expires"),
    Show.NO_SECRETS: _("No secrets"),
    Show.UNUSED: _("Unused for 90 days"),
    Show.NO_OWNER: _("No owner"),
    Show.ALERTED: _("Alert sent"),
    Show.OLD: _("Secret older than a year"),
    Show.TIMELINE: _("Timeline"),
    Show.REMOVED: _("Removed"),
}


class Chip(NamedTuple):
    """A filter that is set, with the query of the list without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class ListState:
    """The defaults are what an empty address shows."""

    type: str = ""
    q: str = ""
    show: Show = Show.ALL
    role: UUID | None = None
    tag: str = ""
    week: str = ""  # of the timeline: "2026-W49"
    sort: str = ""
    page: int = 1
    select: bool = False  # a checkbox for each client
    everything: bool = False  # all of them are ticked, on all pages

    def query(self) -> str:
        """Return the query of an address with this state, with its question mark."""
        page = self.page if self.page > 1 else None
        week = self.week if self.show is Show.TIMELINE else ""
        ticks = {"select": int(self.select), "everything": int(self.select and self.everything)}
        changed = {"page": page, "week": week, **ticks}
        return with_query("", **asdict(self) | changed)

    def filters(self, zone: tzinfo) -> dict[str, Any]:
        """Return the filters as ``clients_of`` takes them; weeks are those of ``zone``."""
        monday = week_named(self.week)
        period = week_period(monday, zone) if monday else None
        by_row = {"role_id": self.role, "tag": self.tag}
        return {"q": self.q, "show": self.show, **by_row, "period": period}

    def without(self, name: str) -> str:
        """Return the query of the first page without one of its filters."""
        return replace(self, **{name: getattr(ListState(), name)}, page=1).query()

    def sorted_by(self, column: str) -> str:
        """Return the query that sorts by a column, or reverses the order of the current one."""
        order = f"-{column}" if (self.sort or "name") == column else column
        return replace(self, sort="" if order == "name" else order, page=1).query()


def list_state(query: QueryDict, *, may_restore: bool) -> ListState:
    """Return the state in an address; without ``may_restore`` it never shows removed clients."""
    show, sort, client_type, week = (query.get(one, "") for one in ("show", "sort", "type", "week"))
    shown = Show(show) if show in set(Show) else Show.ALL
    return ListState(
        type=client_type if client_type in CLIENT_TYPES else "",
        q=filter_text(query),
        show=shown if may_restore or shown is not Show.REMOVED else Show.ALL,
        role=guid(query.get("role", "")),
        tag=query.get("tag", "").replace("\x00", "")[:TAG_MAX].strip(),
        week=week if shown is Show.TIMELINE and week_named(week) else "",
        sort=sort if sort.removeprefix("-") in SORTS and sort != "name" else "",
        select=query.get("select") == "1",
        everything=query.get("everything") == "1",
        page=page_number(query),
    )


def filter_text(query: QueryDict) -> str:
    """Return the text of a filter, cut to what is used of it."""
    return query.get("q", "").replace("\x00", "")[:FILTER_MAX].strip()


def page_number(query: QueryDict) -> int:
    """Return the number of the page, 1 by default."""
    page = query.get("page", "")
    return int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1


def ticked(query: QueryDict) -> frozenset[UUID]:
    """Return the clients that were ticked on any page of the list."""
    return frozenset(filter(None, map(parse_client_id, query.getlist("clients")[:BULK_MAX])))


def guid(text: str) -> UUID | None:
    """Return the GUID in an address, None for anything else."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
