"""The list of the people of a tenant, filtered and sorted."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from clients_app.limits import PAGE_SIZE
from clients_app.models import Client, ClientOwner, Person, PersonRole, Role
from clients_app.rules.names import key_of
from clients_app.rules.people import UNSEEN_AFTER, PersonState, is_unseen, state_of
from clients_app.selectors.people.lookup import tenant_people

_SHOWN_NAME: Final = Coalesce(NullIf("name_key", Value("")), "username_key")


class PeopleShow(StrEnum):
    """Which people the list shows."""

    ALL = ""
    ACTIVE = "active"
    INVITED = "invited"
    INACTIVE = "inactive"
    NO_FACTOR = "no-factor"
    UNSEEN = "unseen"


#: Columns to sort by; "-" before a name reverses the order.
PEOPLE_SORTS: Final = ("name", "state", "seen")


class PeoplePage(NamedTuple):
    """Each person has ``state``, ``is_unseen`` and ``role_names``, Tenant Member last."""

    people: list[Any]
    page: int
    pages: int
    total: int
    unfiltered: int


def people_page(
    tenant_id: UUID,
    *,
    now: datetime,
    q: str = "",
    show: PeopleShow = PeopleShow.ALL,
    role_id: UUID | None = None,
    sort: str = "name",
    page: int = 1,
    without_factor: Callable[[QuerySet[Person]], QuerySet[Person]] = lambda people: people,
) -> PeoplePage:
    """Return the matching people in the order of ``sort``; the nearest page there is.

    ``without_factor`` keeps those without a second factor, for that value of ``show``.
    """
    everyone = tenant_people(tenant_id)
    found = everyone.filter(_shown(show, now)).filter(_contains(q))
    if show is PeopleShow.NO_FACTOR:
        found = without_factor(found)
    if role_id is not None:
        held = PersonRole.objects.filter(person=OuterRef("pk"), role_id=role_id)
        found = found.filter(Exists(held))
    unfiltered, total = everyone.count(), found.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    roles = Prefetch("roles", Role.objects.in_screen_order())
    rows = _sorted(found, sort, now).prefetch_related(roles)
    first = (page - 1) * PAGE_SIZE
    people = [_described(person, now) for person in rows[first : first + PAGE_SIZE]]
    return PeoplePage(people, page, pages, total, unfiltered)


def owned_clients(person: Person, *, page: int) -> tuple[list[Client], int]:
    """Return a page of the clients that the person owns, by name, and how many pages there are.

    Each client has ``is_shared``: somebody else who can sign in owns it too.
    """
    others = ClientOwner.objects.filter(client=OuterRef("pk"), person__is_active=True)
    own = person.owned_clients.filter(removed_at=None).order_by("name_key")
    pages = max(1, -(-own.count() // PAGE_SIZE))
    first = (min(max(page, 1), pages) - 1) * PAGE_SIZE
    rows = own.annotate(is_shared=Exists(others.exclude(person=person)))
    return list(rows[first : first + PAGE_SIZE]), pages


def state_in_list(person: Person, *, now: datetime) -> PersonState:
    """Return the state of a person now."""
    ends_at = person.invitation_ends_at
    return state_of(is_active=person.is_active, invitation_ends_at=ends_at, now=now)


def _described(person: Any, now: datetime) -> Any:
    person.state = state_in_list(person, now=now)
    seen_at = person.last_login or person.created_at
    person.is_unseen = is_unseen(person.state, last_seen_at=seen_at, now=now)
    held = sorted(person.roles.all(), key=lambda role: role.is_member)
    person.role_names = [role.name for role in held]
    return person


def _shown(show: PeopleShow, now: datetime) -> Q:
    accepted = Q(is_active=True, invitation_ends_at=None)
    match show:
        case PeopleShow.ACTIVE | PeopleShow.NO_FACTOR:
            return accepted
        case PeopleShow.INVITED:
            return Q(is_active=True, invitation_ends_at__isnull=False)
        case PeopleShow.INACTIVE:
            return Q(is_active=False)
        case PeopleShow.UNSEEN:
            before = now - UNSEEN_AFTER
            never = Q(last_login=None, created_at__lt=before)
            return accepted & (Q(last_login__lt=before) | never)
    return Q()


def _contains(q: str) -> Q:
    key = key_of(q)
    if not key:
        return Q()
    columns = ("name_key", "username_key", "email_key")
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__contains": key})
    return found


def _sorted(people: QuerySet[Person], sort: str, now: datetime) -> QuerySet[Person]:
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    key: Any = {"name": _SHOWN_NAME, "state": _rank(now), "seen": F("last_login")}[column]
    order = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return people.order_by(order, _SHOWN_NAME, "pk")


def _rank(now: datetime) -> Case:
    return Case(
        When(is_active=False, then=Value(3)),
        When(invitation_ends_at=None, then=Value(0)),
        When(invitation_ends_at__gt=now, then=Value(1)),
        default=Value(2),
    )
