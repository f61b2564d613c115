"""The filter of Activity as queries.

A text, a person and an action each have an index that ends in the order of the events. No database
can use them for an OR and keep the order, so a filter becomes one query for each alternative, a few
dozen at most.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from ipaddress import ip_address
from operator import or_
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import F, Max, Min, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce

from clients_app.models import AuditEvent, Client, Person, TokenRefusal
from clients_app.rules.client_ids import AROUND, pasted_id
from clients_app.rules.names import key_of

_FOUND_MAX: Final = 10  # clients, and people, that a text can match


class Found(NamedTuple):
    """What a typed text matches; ``is_cut`` is True if it matches more."""

    clients: list[UUID]
    people: list[UUID]
    address: str
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which rows of a tenant; None and empty values do not filter."""

    tenant_id: UUID
    since: datetime | None = None
    until: datetime | None = None
    client_id: UUID | None = None
    person_id: UUID | None = None
    actions: tuple[str, ...] | None = None
    outcome: str = ""
    found: Found | None = None
    refusals: bool = True  # of token requests

    @property
    def is_everything(self) -> bool:
        """True if only the period is filtered."""
        chosen = (self.client_id, self.person_id, self.actions, self.found)
        return not self.outcome and all(one is None for one in chosen)


def found_by(tenant_id: UUID, text: str) -> Found:
    """Return the clients (including removed ones) and people whose name contains ``text`` or whose
    id it is, and ``text`` itself if it is an address."""
    clients = Client.objects.for_tenant(tenant_id).filter(_named(text, "name_key"))
    people = Person.objects.filter(_named(text, "username_key", "name_key"), tenant_id=tenant_id)
    first, second = (
        list(rows.values_list("pk", flat=True)[: _FOUND_MAX + 1])
        for rows in (clients.order_by("name_key", "id"), people.order_by("username_key"))
    )
    is_cut = max(len(first), len(second)) > _FOUND_MAX
    return Found(first[:_FOUND_MAX], second[:_FOUND_MAX], _address(text), is_cut)


class Names(NamedTuple):
    client: str | None
    person: str | None


def names_of(tenant_id: UUID, *, client_id: UUID | None, person_id: UUID | None) -> Names:
    """Return the names of the client and the person that a filter has by id."""
    client = client_id and Client.objects.for_tenant(tenant_id).filter(pk=client_id).first()
    person = person_id and Person.objects.filter(tenant_id=tenant_id, pk=person_id).first()
    return Names(client.name if client else None, str(person) if person else None)


def event_queries(wanted: ActivityFilter) -> list[QuerySet[AuditEvent]]:
    """Return the queries that together find the events, each by one index."""
    events = matching_events(wanted)
    return [events.filter(alternative) for alternative in alternatives(wanted)]


def alternatives(wanted: ActivityFilter) -> list[Q]:
    """Return conditions of which one must be true."""
    if wanted.found is not None:
        clients, people, address, _ = wanted.found
        return [
            *(Q(client_id=one) for one in clients),
            *(Q(actor_id=str(one)) for one in (*clients, *people)),
            *(Q(object_id=str(one)) for one in people),
            *([Q(address=address)] if address else []),
        ]
    if wanted.person_id is not None:
        return list(_of_person(wanted.person_id))
    if wanted.actions is not None:
        return [Q(action=action) for action in wanted.actions]
    return [Q()]


def matching_events(wanted: ActivityFilter) -> QuerySet[AuditEvent]:
    """Return the events that match all of the filter except its ``alternatives``."""
    events: QuerySet[AuditEvent] = AuditEvent.objects.for_tenant(wanted.tenant_id)
    if wanted.since is not None or wanted.until is not None:
        events = _within(wanted, events)
    if wanted.client_id is not None:
        events = events.filter(client_id=wanted.client_id)
    if wanted.person_id is not None and wanted.found is not None:
        events = events.filter(reduce(or_, _of_person(wanted.person_id)))
    if wanted.actions is not None and (wanted.found or wanted.person_id):
        events = events.filter(action__in=wanted.actions)
    if wanted.outcome == AuditEvent.REFUSED:
        events = events.filter(outcome=AuditEvent.REFUSED)
    elif wanted.outcome:  # most events match, so an index would not help
        events = events.exclude(outcome=AuditEvent.REFUSED)
    return events


def _within(wanted: ActivityFilter, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Return the events of the period, between the first and the last number in it.

    Numbers nearly follow time, so almost no other events are between them. The sum keeps the
    databases from scanning all numbers: the index of moments has both. If the filter has something
    rarer, its index must find the events: moments and numbers are then compared as expressions,
    which have no index.
    """
    period = _period(wanted, "moment")
    number = F("sequence") + 0
    timed = events.alias(moment=F("at")).filter(period)
    ends = timed.order_by().aggregate(first=Min(number), last=Max(number))
    between = Q(place__gte=ends["first"] or 0, place__lte=ends["last"] or 0)
    is_rare = wanted.found or wanted.person_id or wanted.client_id or wanted.actions is not None
    place = number if is_rare or wanted.outcome == AuditEvent.REFUSED else F("sequence")
    return events.alias(moment=Coalesce("at", "at"), place=place).filter(period, between)


def _of_person(person_id: UUID) -> tuple[Q, Q]:
    """Return the conditions for events by the person and events about the person."""
    return Q(actor_id=str(person_id)), Q(object_id=str(person_id))


def _named(text: str, *columns: str) -> Q:
    key, row_id = key_of(text), pasted_id(text)
    named = reduce(or_, (Q(**{f"{column}__contains": key}) for column in columns))
    return named if row_id is None else named | Q(pk=row_id)


def _address(text: str) -> str:
    try:
        return str(ip_address(key_of(text).strip(AROUND)))
    except ValueError:
        return ""


def _period(wanted: ActivityFilter, column: str) -> Q:
    bounds = {f"{column}__gte": wanted.since, f"{column}__lt": wanted.until}
    return Q(**{name: moment for name, moment in bounds.items() if moment is not None})


def matching_refusals(wanted: ActivityFilter) -> QuerySet[TokenRefusal]:
    """Return the groups of refused token requests; none if the filter is for something else.

    The tenant is compared as an expression, so that the databases start with the few groups, which
    have an index in their order, instead of all clients of the tenant.
    """
    owner = Coalesce("client__tenant", "client__tenant", output_field=UUIDField())
    groups = TokenRefusal.objects.alias(owner=owner).filter(owner=wanted.tenant_id)
    if not wanted.refusals or wanted.person_id is not None:
        return groups.none()
    groups = groups.filter(_period(wanted, "last_at"))
    if wanted.client_id is not None:
        groups = groups.filter(client_id=wanted.client_id)
    if wanted.found is not None:
        clients, _, address, _ = wanted.found
        by_address = Q(last_address=address) if address else Q(pk=None)
        groups = groups.filter(Q(client_id__in=clients) | by_address)
    return groups.select_related("client", "secret", "key", "identity")
