"""What Activity is filtered by, as queries.

A text, a person or an action each has an index that ends in the order of events, and a query finds
events by one of them: no database finds rows in their order by an OR. So a filter becomes one
query for each thing that may be meant, a few dozen at most.
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
from clients_app.rules.names import key_of

_FOUND_MAX: Final = 10  # clients, and people, that a text stands for


class Found(NamedTuple):
    """What a text that was typed may stand for; ``is_cut`` says that it fits more."""

    clients: list[UUID]
    people: list[UUID]
    address: str
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which rows of a tenant; what is None or empty is not asked for."""

    tenant_id: UUID
    since: datetime | None = None
    until: datetime | None = None
    client_id: UUID | None = None
    person_id: UUID | None = None
    actions: tuple[str, ...] | None = None
    outcome: str = ""
    found: Found | None = None
    refusals: bool = True  # of token requests


def found_by(tenant_id: UUID, text: str) -> Found:
    """Return the clients, removed ones too, and the people that ``text`` is part of the name of, or
    the id; and ``text`` itself, if it is an address."""
    key = key_of(text)
    clients = Client.objects.for_tenant(tenant_id).filter(_named("name_key", key, text))
    people = Person.objects.filter(_named("username_key", key, text) | Q(name__icontains=text))
    some = list(clients.order_by("name_key", "id").values_list("pk", flat=True)[: _FOUND_MAX + 1])
    others = list(
        people.filter(tenant_id=tenant_id)
        .order_by("username_key")
        .values_list("pk", flat=True)[: _FOUND_MAX + 1]
    )
    is_cut = max(len(some), len(others)) > _FOUND_MAX
    return Found(some[:_FOUND_MAX], others[:_FOUND_MAX], _address(text), is_cut)


class Names(NamedTuple):
    client: str | None
    person: str | None


def names_of(tenant_id: UUID, *, client_id: UUID | None, person_id: UUID | None) -> Names:
    """Return how the client and the person are called, that a filter names by their ids."""
    client = client_id and Client.objects.for_tenant(tenant_id).filter(pk=client_id).first()
    person = person_id and Person.objects.filter(tenant_id=tenant_id, pk=person_id).first()
    return Names(client.name if client else None, str(person) if person else None)


def event_queries(wanted: ActivityFilter) -> list[QuerySet[AuditEvent]]:
    """Return the queries that together find the events, each by one index."""
    base = events_meant(wanted)
    return [base.filter(alternative) for alternative in alternatives(wanted)]


def alternatives(wanted: ActivityFilter) -> list[Q]:
    """Return conditions of which one must hold."""
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


def events_meant(wanted: ActivityFilter) -> QuerySet[AuditEvent]:
    """Return the events on which all conditions hold that are no alternatives."""
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
    elif wanted.outcome:  # nearly all are: an index would not help
        events = events.exclude(outcome=AuditEvent.REFUSED)
    return events


def _within(wanted: ActivityFilter, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Return the events of the period, found between the first and the last number it has.

    Numbers nearly follow time, so that next to nothing else stands between. The sum keeps the
    databases from walking through all numbers: the index of times has both. Where something rarer
    is asked for, its index shall find the events: moments and numbers are then compared as
    expressions, which no index has.
    """
    period = Q()
    if wanted.since is not None:
        period &= Q(moment__gte=wanted.since)
    if wanted.until is not None:
        period &= Q(moment__lt=wanted.until)
    number = F("sequence") + 0
    timed = events.alias(moment=F("at")).filter(period)
    ends = timed.order_by().aggregate(first=Min(number), last=Max(number))
    between = Q(place__gte=ends["first"] or 0, place__lte=ends["last"] or 0)
    is_rare = wanted.found or wanted.person_id or wanted.client_id or wanted.actions is not None
    place = number if is_rare or wanted.outcome == AuditEvent.REFUSED else F("sequence")
    return events.alias(moment=Coalesce("at", "at"), place=place).filter(period, between)


def _of_person(person_id: UUID) -> tuple[Q, Q]:
    """Return that he did it, and that it was done to him."""
    return Q(actor_id=str(person_id)), Q(object_id=str(person_id))


def _named(column: str, key: str, text: str) -> Q:
    try:
        return Q(**{f"{column}__contains": key}) | Q(pk=UUID(text))
    except ValueError:
        return Q(**{f"{column}__contains": key})


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def refusals_meant(wanted: ActivityFilter) -> QuerySet[TokenRefusal]:
    """Return the groups of refused token requests; none where something else is asked for.

    The tenant is compared as an expression, so that the databases begin with the groups, which are
    few and have an index in their order, and not with all clients of the tenant.
    """
    owner = Coalesce("client__tenant", "client__tenant", output_field=UUIDField())
    groups = TokenRefusal.objects.alias(owner=owner).filter(owner=wanted.tenant_id)
    if not wanted.refusals or wanted.person_id is not None:
        return groups.none()
    if wanted.since is not None:
        groups = groups.filter(last_at__gte=wanted.since)
    if wanted.until is not None:
        groups = groups.filter(last_at__lt=wanted.until)
    if wanted.client_id is not None:
        groups = groups.filter(client_id=wanted.client_id)
    if wanted.found is not None:
        clients, _, address, _ = wanted.found
        from_there = Q(last_address=address) if address else Q(pk=None)
        groups = groups.filter(Q(client_id__in=clients) | from_there)
    return groups.select_related("client", "secret")
