"""What the address of the list of people holds: filter, Show, role, order and page."""

from dataclasses import asdict, dataclass, replace
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.rules.people import PersonState
from clients_app.selectors.people.lists import PEOPLE_SORTS, PeopleShow
from clients_app.web.htmx import with_query
from clients_app.web.list_state import filter_text, guid, page_number

PEOPLE_SHOWN: Final[dict[PeopleShow, str | Promise]] = {
    PeopleShow.ALL: _("All people"),
    PeopleShow.ACTIVE: _("Active"),
    PeopleShow.INVITED: _("Invited"),
    PeopleShow.INACTIVE: _("Inactive"),
    PeopleShow.NO_FACTOR: _("No second factor"),
    PeopleShow.UNSEEN: _("Not signed in for 90 days"),
}
STATES: Final[dict[PersonState, str | Promise]] = {
    PersonState.ACTIVE: _("Active"),
    PersonState.INVITED: _("Invited"),
    PersonState.EXPIRED: _("Invitation expired"),
    PersonState.INACTIVE: _("Inactive"),
}


@dataclass(frozen=True, slots=True)
class PeopleState:
    """The defaults are what an empty address shows."""

    q: str = ""
    show: PeopleShow = PeopleShow.ALL
    role: UUID | None = None
    sort: str = ""
    page: int = 1

    def query(self) -> str:
        """Return the query of an address with this state, with its question mark."""
        page = self.page if self.page > 1 else None
        return with_query("", **asdict(self) | {"page": page})

    def sorted_by(self, column: str) -> str:
        """Return the query that sorts by a column, or reverses the order of the current one."""
        order = f"-{column}" if (self.sort or "name") == column else column
        return replace(self, sort="" if order == "name" else order, page=1).query()


def people_state(query: QueryDict) -> PeopleState:
    """Return the state in an address; a value that makes no sense counts as missing."""
    show, sort = query.get("show", ""), query.get("sort", "")
    return PeopleState(
        q=filter_text(query),
        show=PeopleShow(show) if show in set(PeopleShow) else PeopleShow.ALL,
        role=guid(query.get("role", "")),
        sort=sort if sort.removeprefix("-") in PEOPLE_SORTS and sort != "name" else "",
        page=page_number(query),
    )
