"""The strip above the list: what needs attention, each a link that filters the list."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.utils.translation import ngettext_lazy

from clients_app.selectors.clients.attention import attention
from clients_app.selectors.clients.shows import Show
from clients_app.web.list_state import SHOWN, ListState

_WORDS: Final = {
    Show.REFUSED: ngettext_lazy("refused today", "refused today"),
    Show.EXPIRING_SOON: ngettext_lazy("expires this week", "expire this week"),
    Show.EXPIRING: ngettext_lazy("expires this month", "expire this month"),
    Show.NO_SECRETS: ngettext_lazy("with no secrets", "with no secrets"),
    Show.NO_OWNER: ngettext_lazy("with no owner", "with no owner"),
    Show.UNUSED: ngettext_lazy("unused", "unused"),
}
_TONES: Final = {Show.REFUSED: "bad", Show.EXPIRING_SOON: "warn"}


Counts = dict[Show, dict[str, int]]

KEPT_S: Final = 10
TENANTS_KEPT: Final = 1000
_kept: dict[UUID, tuple[str, Counts]] = {}  # what was counted last, and its mark


class AttentionLink(NamedTuple):
    """``query`` shows the clients that are counted: of the type in view if it has any."""

    number: int
    words: str
    title: str
    query: str
    tone: str
    is_current: bool


def attention_links(
    tenant_id: UUID, *, since: str, state: ListState, now: datetime
) -> list[AttentionLink]:
    """Return a link for each state that clients of any type are in; none if all is well.

    ``since`` is the stamp of the list.
    """
    links = []
    for show, by_type in _counts(tenant_id, since=since, now=now).items():
        if not (number := sum(by_type.values())):
            continue
        first = next(one for one, count in by_type.items() if count)
        client_type = state.type if by_type.get(state.type) else first
        links.append(
            AttentionLink(
                number,
                str(_WORDS[show] % number),
                str(SHOWN[show]),
                ListState(type=client_type, show=show).query(),
                _TONES.get(show, ""),
                show is state.show,
            )
        )
    return links


def _counts(tenant_id: UUID, *, since: str, now: datetime) -> Counts:
    """Return the counts, counted again after each event of the tenant and every ten seconds.

    So a filter that is being typed, or a page of a large tenant, does not count all clients again.
    """
    mark = f"{since}.{now.timestamp() // KEPT_S:.0f}"
    kept, counts = _kept.get(tenant_id, ("", {}))
    if kept != mark:
        counts = attention(tenant_id, now=now)
        if len(_kept) >= TENANTS_KEPT:
            _kept.clear()
        _kept[tenant_id] = (mark, counts)
    return counts
