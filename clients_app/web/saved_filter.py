"""Saved filters in the list: the one chosen in Show, and the one that an address is saved as."""

from collections.abc import Iterable
from dataclasses import replace

from django.http import QueryDict

from clients_app.models import Person, SavedFilter
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from clients_app.web.list_state import ListState, list_state

_PREFIX = "saved-"


def saved_filter_in(query: QueryDict, person: Person) -> SavedFilter | None:
    """Return the filter of ``person`` that Show names, None for one of the usual states."""
    show = query.get("show", "")
    number = show.removeprefix(_PREFIX)
    if number == show or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return person.saved_filters.filter(pk=int(number)).first()


def saved_as(filters: Iterable[SavedFilter], state: ListState) -> SavedFilter | None:
    """Return the one of ``filters`` that shows the same list as ``state``."""
    wanted = _comparable(state)
    for one in filters:
        saved = list_state(QueryDict(one.query.removeprefix("?")), may_restore=True)
        if _comparable(saved) == wanted:
            return one
    return None


def _comparable(state: ListState) -> ListState:
    return replace(state, type=state.type or CLIENT_CREDENTIALS.id, page=1, select=False)
