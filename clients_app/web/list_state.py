"""What the address of the list says: type, filter, state, role, order and page.

What makes no sense counts as not said, so that every address shows the nearest sensible list.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.selectors.clients.lists import SORTS, Show
from clients_app.web.htmx import with_query

FILTER_MAX: Final = 200  # characters of the Filter that are looked at

SHOWN: Final[dict[Show, str | Promise]] = {
    Show.ALL: _("All clients"),
    Show.ACTIVE: _("Active"),
    Show.DISABLED: _("Disabled"),
    Show.EXPIRING: _("Expires within 30 days"),
    Show.EXPIRED: _("Expired"),
    Show.NEVER: _("Never Expires"),
    Show.NO_SECRETS: _("No secrets"),
    Show.UNUSED: _("Unused for 90 days"),
    Show.NO_OWNER: _("No owner"),
    Show.OLD: _("Secret older than a year"),
    Show.REMOVED: _("Removed"),
}


@dataclass(frozen=True, slots=True)
class ListState:
    """Empty and 1 are what is shown where nothing is said."""

    type: str = ""
    q: str = ""
    show: Show = Show.ALL
    role: UUID | None = None
    sort: str = ""
    page: int = 1
    select: bool = False  # a box to tick beside each client

    def query(self) -> str:
        """Return the part of an address that says it, with its question mark."""
        page = self.page if self.page > 1 else None
        return with_query(
            "",
            type=self.type,
            q=self.q,
            show=self.show,
            role=str(self.role) if self.role else None,
            sort=self.sort,
            page=page,
            select=int(self.select),
        )

    def without(self, name: str) -> str:
        """Return the query of the first page without one of its filters."""
        return replace(self, **{name: getattr(ListState(), name)}, page=1).query()

    def sorted_by(self, column: str) -> str:
        """Return the query that sorts by a column; by the one that is sorted by, the other way."""
        turned = f"-{column}" if (self.sort or "name") == column else column
        return replace(self, sort="" if turned == "name" else turned, page=1).query()


def list_state(query: QueryDict, *, may_restore: bool) -> ListState:
    """Return what an address says; removed clients are shown to those who may restore them."""
    page, show, sort = query.get("page", ""), query.get("show", ""), query.get("sort", "")
    client_type = query.get("type", "")
    shown = Show(show) if show in set(Show) else Show.ALL
    if shown is Show.REMOVED and not may_restore:
        shown = Show.ALL
    return ListState(
        type=client_type if client_type in CLIENT_TYPES else "",
        q=query.get("q", "").strip().replace("\x00", "")[:FILTER_MAX],
        show=shown,
        role=guid(query.get("role", "")),
        sort=sort if sort.removeprefix("-") in SORTS and sort != "name" else "",
        select=query.get("select") == "1",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1,
    )


def guid(text: str) -> UUID | None:
    """Return the GUID that an address names; None where it is none."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
