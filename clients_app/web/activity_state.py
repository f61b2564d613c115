"""What the address of Activity holds: text, kind, outcome, period, client, person and position.

A value that makes no sense counts as missing, so that every address shows a sensible list.
"""

from dataclasses import asdict, dataclass, replace
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
from clients_app.web.list_state import filter_text, guid

KINDS: Final[dict[Kind | str, str | Promise]] = {
    "": _("All events"),
    Kind.CHANGES: _("Changes"),
    Kind.CLIENTS: _("Clients"),
    Kind.SECRETS: _("Secrets"),
    Kind.ROLES: _("Roles"),
    Kind.APIS: _("APIs"),
    Kind.USERS: _("Users"),
    Kind.SETTINGS: _("Keys and settings"),
    Kind.SIGN_INS: _("Sign-ins"),
    Kind.REFUSED_TOKENS: _("Refused token requests"),
    Kind.NOTICES: _("Notices"),
}
OUTCOMES: Final = {"": _("Any outcome"), "done": _("Done"), "refused": _("Refused")}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
    """The defaults are what an empty address shows; ``first`` and ``last`` are days of Dates."""

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
        """Return the query of an address with this state, with its question mark."""
        below, above = (cut and _cut_as_text(cut) for cut in (self.below, self.above))
        return with_query("", **asdict(self) | {"below": below, "above": above})

    def at(self, *, below: Cut | None = None, above: Cut | None = None) -> "ActivityState":
        """Return this state at another position of the list."""
        return replace(self, below=below, above=above)

    def without(self, *names: str) -> str:
        """Return the query of the first page without some of its filters."""
        default = ActivityState()
        return replace(self.at(), **{name: getattr(default, name) for name in names}).query()

    @property
    def is_filtered(self) -> bool:
        """True if anything but the period is filtered."""
        return bool(self.q or self.kind or self.outcome or self.client or self.person)

    def filter(self, tenant_id: UUID, *, found: Found | None, now: datetime) -> ActivityFilter:
        """Return the filter of the rows; days begin and end in the active time zone."""
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
    """Return the state in an address."""
    kind, when, outcome = (query.get(name, "") for name in ("kind", "when", "outcome"))
    first, last = _day(query.get("first", "")), _day(query.get("last", ""))
    is_dates = when == When.DATES
    return ActivityState(
        q=filter_text(query),
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


def _period(state: ActivityState, now: datetime) -> tuple[datetime | None, datetime | None]:
    if state.when is When.DATES:
        after = state.last + timedelta(days=1) if state.last else None
        return _start_of(state.first), _start_of(after)
    length = PERIODS[state.when][1]
    return (now - length if length else None), None


def _start_of(day: date | None) -> datetime | None:
    """Return when a day starts in the active time zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone()) if day else None


def _day(text: str) -> date | None:
    """Return the day if it is one that every time zone can represent."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 1970 <= day.year < 9999 else None


def _cut_as_text(cut: Cut) -> str:
    refused_us = (cut.refused_at - _EPOCH) // timedelta(microseconds=1)
    return f"{cut.sequence}-{refused_us}-{cut.refusal_id}"


def _cut(text: str) -> Cut | None:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    sequence, refused_us, refusal_id = (int(part[:19]) for part in parts)
    if max(sequence, refusal_id) >= 2**63 or refused_us > 253_402_300_799_999_999:
        return None
    return Cut(sequence, _EPOCH + timedelta(microseconds=refused_us), refusal_id)
