"""What the address of Activity says: text, kind, outcome, time, client, person and place.

What makes no sense counts as not said, so that every address shows the nearest sensible list.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.audit import Kind, actions_of
from clients_app.selectors.activity.events import Cut
from clients_app.selectors.activity.filters import ActivityFilter, Found
from clients_app.web.htmx import with_query
from clients_app.web.list_state import FILTER_MAX, guid

KINDS: Final[dict[Kind | str, str | Promise]] = {
    "": _("All events"),
    Kind.CHANGES: _("Changes"),
    Kind.CLIENTS: _("Clients"),
    Kind.SECRETS: _("Secrets"),
    Kind.ROLES: _("Roles"),
    Kind.USERS: _("Users"),
    Kind.SETTINGS: _("Keys and settings"),
    Kind.SIGN_INS: _("Sign-ins"),
    Kind.REFUSED_TOKENS: _("Refused token requests"),
    Kind.NOTICES: _("Notices"),
}
OUTCOMES: Final = {"": _("Any outcome"), "done": _("Done"), "refused": _("Refused")}


class When(StrEnum):
    WEEK = ""
    DAY = "day"
    MONTH = "month"
    ALWAYS = "always"
    DATES = "dates"


PERIODS: Final[dict[When, tuple[str | Promise, timedelta | None]]] = {
    When.DAY: (_("Last 24 hours"), timedelta(days=1)),
    When.WEEK: (_("Last 7 days"), timedelta(days=7)),
    When.MONTH: (_("Last 30 days"), timedelta(days=30)),
    When.ALWAYS: (_("Any time"), None),
    When.DATES: (_("Dates"), None),
}


@dataclass(frozen=True, slots=True)
class ActivityState:
    """Empty is what is shown where nothing is said; ``first`` and ``last`` are days of Dates."""

    q: str = ""
    kind: Kind | str = ""
    outcome: str = ""
    when: When = When.WEEK
    first: date | None = None
    last: date | None = None
    client: UUID | None = None
    person: UUID | None = None
    below: Cut | None = None
    above: Cut | None = None

    def query(self) -> str:
        """Return the part of an address that says it, with its question mark."""
        return with_query(
            "",
            q=self.q,
            kind=self.kind,
            outcome=self.outcome,
            when=self.when,
            first=self.first.isoformat() if self.first else None,
            last=self.last.isoformat() if self.last else None,
            client=str(self.client) if self.client else None,
            person=str(self.person) if self.person else None,
            below=self.below and _spelled(self.below),
            above=self.above and _spelled(self.above),
        )

    def at(self, *, below: Cut | None = None, above: Cut | None = None) -> "ActivityState":
        """Return the same, at another place of the list."""
        return replace(self, below=below, above=above)

    def without(self, *names: str) -> str:
        """Return the query of the first page without some of its filters."""
        nothing = ActivityState()
        return replace(self.at(), **{name: getattr(nothing, name) for name in names}).query()

    @property
    def is_filtered(self) -> bool:
        """True where more than a period was asked for."""
        return bool(self.q or self.kind or self.outcome or self.client or self.person)

    def filter(self, tenant_id: UUID, *, found: Found | None, now: datetime) -> ActivityFilter:
        """Return what it asks the rows for; days begin and end in the active time zone."""
        since, until = _period(self, now)
        kind = Kind(self.kind) if self.kind else None
        return ActivityFilter(
            tenant_id=tenant_id,
            since=since,
            until=until,
            client_id=self.client,
            person_id=self.person,
            actions=actions_of(kind) if kind else None,
            outcome=self.outcome,
            found=found,
            refusals=kind in {None, Kind.REFUSED_TOKENS} and self.outcome != "done",
        )


def activity_state(query: QueryDict) -> ActivityState:
    """Return what an address says."""
    kind, when, outcome = (query.get(name, "") for name in ("kind", "when", "outcome"))
    first, last = _day(query.get("first", "")), _day(query.get("last", ""))
    is_dates = when == When.DATES
    return ActivityState(
        q=query.get("q", "").strip().replace("\x00", "")[:FILTER_MAX],
        kind=kind if kind in KINDS else "",
        outcome=outcome if outcome in OUTCOMES else "",
        when=When(when) if when in set(When) else When.WEEK,
        first=first if is_dates else None,
        last=last if is_dates else None,
        client=guid(query.get("client", "")),
        person=guid(query.get("person", "")),
        below=_cut(query.get("below", "")),
        above=_cut(query.get("above", "")),
    )


def _period(said: ActivityState, now: datetime) -> tuple[datetime | None, datetime | None]:
    if said.when is When.DATES:
        after = said.last + timedelta(days=1) if said.last else None
        return _beginning(said.first), _beginning(after)
    length = PERIODS[said.when][1]
    return (now - length if length else None), None


def _beginning(day: date | None) -> datetime | None:
    """Return when a day begins in the active zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day else None


def _day(text: str) -> date | None:
    """Return a day that has an hour before and after it in every zone."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 1970 <= day.year < 9999 else None


def _spelled(cut: Cut) -> str:
    moment = (cut.refused_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{cut.sequence}-{moment}-{cut.refusal_id}"


def _cut(text: str) -> Cut | None:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    sequence, moment, refusal_id = (int(part[:19]) for part in parts)
    if max(sequence, refusal_id) >= 2**63 or moment > 253_402_300_799_999_999:
        return None
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
    return Cut(sequence, at, refusal_id)
