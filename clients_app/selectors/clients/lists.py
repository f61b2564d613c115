"""The list of clients, filtered and sorted."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Func,
    Max,
    Min,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least, NullIf
from django.db.models.query import Prefetch
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy

from clients_app.limits import NAME_MAX, PAGE_SIZE
from clients_app.models import Client, ClientCount, ClientRole, ClientTag, Role
from clients_app.rules.client_ids import digits_of
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.rules.names import key_of
from clients_app.selectors.clients.charts import week_of_clients
from clients_app.selectors.clients.shows import (
    Show,
    condition,
    credentials_of_client,
    first_expires_in,
    health_rank,
)
from clients_app.selectors.clients.timeline import timeline_period
from clients_app.selectors.periods import EXPIRED_LISTED, Period


class ClientPage(NamedTuple):
    """One page of the list. Each client has ``role_names`` (the one that is sought, then custom
    ones first), ``found_tags`` (those that the filter found it by), ``week`` (as ``week_of``) and,
    ``has_live_credential``, ``first_expiry`` of the live ones and ``last_expired``."""

    clients: list[Any]
    page: int
    pages: int
    total: int
    counts: dict[str, int]  # Client Type -> clients that fit the filter
    unfiltered: int  # clients of this type


#: What ``filtered`` looks at, as the screens name it.
FOUND_BY: Final = gettext_lazy("name, Client Id or tag")

_NEVER: Final = Value(datetime(9999, 1, 1, tzinfo=UTC), output_field=DateTimeField())
_LONG_AGO: Final = Value(datetime(1970, 1, 1, tzinfo=UTC), output_field=DateTimeField())

#: Columns to sort by; "-" before a name reverses the order.
SORTS: Final = ("name", "status", "expires", "roles", "used", "removed")


def client_page(
    tenant_id: UUID,
    *,
    client_type: str,
    now: datetime,
    sort: str = "name",
    page: int = 1,
    opened: Client | None = None,
    **filters: Any,
) -> ClientPage:
    """Return the matching clients of one type, in the order of ``sort``; the nearest page there is.

    ``sort`` is one of SORTS, with "-" before it for the reverse order. If ``opened`` matches, its
    page is returned. The filters are those of ``clients_of``.
    """
    matching = clients_of(tenant_id, now=now, **filters)
    unfiltered = dict.fromkeys(CLIENT_TYPES, 0) | ClientCount.objects.by_type(tenant_id)
    counts = _counts_by_type(matching) if any(filters.values()) else unfiltered
    total = counts[client_type]
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = _sorted(matching.filter(client_type=client_type), sort, now)
    ids = _ids_of_page(rows, page, total)
    if opened is not None and opened.pk not in ids and rows.filter(pk=opened.pk).exists():
        page = _place_of(opened, rows, sort) // PAGE_SIZE + 1
        ids = _ids_of_page(rows, page, total)
    listed = listed_clients(tenant_id, ids, now=now)
    _complete(listed, q=filters.get("q", ""), role_id=filters.get("role_id"), now=now)
    return ClientPage(listed, page, pages, total, counts, unfiltered[client_type])


def clients_of(
    tenant_id: UUID,
    *,
    now: datetime,
    q: str = "",
    show: Show = Show.ALL,
    role_id: UUID | None = None,
    tag: str = "",
    period: Period | None = None,
) -> QuerySet[Client]:
    """Return the clients of all types that match.

    With ``Show.TIMELINE`` those that expire in ``period``, by default in the next twelve months.
    """
    clients = filtered(Client.objects.for_tenant(tenant_id).filter(condition(show, now)), q)
    if show is Show.TIMELINE:
        period = period or timeline_period(now, get_current_timezone())
        clients = clients.filter(reduce(or_, first_expires_in(period, now)))
    if role_id is not None:
        holders = ClientRole.objects.filter(role_id=role_id).values("client")
        clients = clients.filter(pk__in=holders)
    if tag:
        tagged = ClientTag.objects.filter(name_key=key_of(tag)).values("client")
        clients = clients.filter(pk__in=tagged)
    return clients


def matching_ids(
    tenant_id: UUID,
    *,
    client_type: str,
    sort: str,
    now: datetime,
    limit: int | None,
    **filters: Any,
) -> list[UUID]:
    """Return the ids of the first ``limit`` clients of a list, over all of its pages."""
    clients = clients_of(tenant_id, now=now, **filters).filter(client_type=client_type)
    return list(_sorted(clients, sort, now).values_list("pk", flat=True)[:limit])


def listed_clients(tenant_id: UUID, ids: list[UUID], *, now: datetime) -> list[Any]:
    """Return the clients with these ids, in the order of ``ids``, with what ``ClientPage`` says
    about their roles and secrets."""
    own = Client.objects.chosen(tenant_id, ids)
    roles = Prefetch("roles", Role.objects.in_screen_order())
    found: dict[UUID, Any] = {
        client.pk: client for client in _with_expiry(own, now).prefetch_related(roles)
    }
    for client in found.values():
        client.role_names = [role.name for role in client.roles.all()]
    return [found[pk] for pk in ids if pk in found]


def _counts_by_type(clients: QuerySet[Client]) -> dict[str, int]:
    # named, so that an index of a state continues with its next column
    of_all_types = clients.filter(client_type__in=[*CLIENT_TYPES])
    counted = of_all_types.values_list("client_type").annotate(n=Count("*"))
    return dict.fromkeys(CLIENT_TYPES, 0) | dict(counted)


def _complete(clients: list[Any], *, q: str, role_id: UUID | None, now: datetime) -> None:
    ids = [client.pk for client in clients]
    tags, weeks = _tags_found(ids, q), week_of_clients(ids, now=now)
    for client in clients:
        held = sorted(client.roles.all(), key=lambda role: role.pk != role_id)
        client.role_names = [role.name for role in held]
        client.found_tags, client.week = tags[client.pk], weeks[client.pk]


def _tags_found(client_ids: list[UUID], q: str) -> dict[UUID, list[str]]:
    """Return, for each client, its tags that contain ``q``."""
    found: dict[UUID, list[str]] = {pk: [] for pk in client_ids}
    if words := key_of(q):
        tags = ClientTag.objects.filter(client__in=client_ids, name_key__contains=words)
        for pk, name in tags.values_list("client_id", "name"):
            found[pk].append(name)
    return found


def _ids_of_page(rows: QuerySet[Client], page: int, total: int) -> list[UUID]:
    """Return the ids of a page, counted from the end if it is nearer."""
    start = (page - 1) * PAGE_SIZE
    end = min(start + PAGE_SIZE, total)
    if start <= total // 2:
        return list(rows.values_list("pk", flat=True)[start:end])
    backwards = rows.reverse().values_list("pk", flat=True)[total - end : total - start]
    return list(backwards)[::-1]


def _place_of(client: Client, rows: QuerySet[Client], sort: str) -> int:
    """Return how many ``rows`` come before ``client``, which is one of them."""
    if sort.removeprefix("-") != "name":
        return list(rows.values_list("pk", flat=True)).index(client.pk)
    key = client.name_key
    before = Q(name_key__gt=key) if sort.startswith("-") else Q(name_key__lt=key)
    return rows.filter(before | Q(name_key=key, pk__lt=client.pk)).count()


def filtered(clients: QuerySet[Client], q: str) -> QuerySet[Client]:
    """Return those of ``clients`` that contain ``q`` (FOUND_BY), or whose id begins with it."""
    words = key_of(q)
    if not words:
        return clients
    if len(words) > 3 * NAME_MAX:  # longer than the key of any name
        return clients.none()
    fits = contains(words)
    if digits := digits_of(words):
        # ids that begin with these digits are one range of the primary key
        fits |= Q(pk__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))))
    return clients.filter(fits)


def contains(key: str) -> Q:
    """Return the condition for clients with ``key`` in a text that FOUND_BY names."""
    tagged = ClientTag.objects.filter(name_key__contains=key).values("client")
    return Q(name_key__contains=key) | Q(pk__in=tagged)


def _sorted(clients: QuerySet[Client], sort: str, now: datetime) -> QuerySet[Client]:
    """Return the clients in order, those without a value last, and by name within one value."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if column == "name" or column not in SORTS:
        return clients.order_by("-name_key" if descending else "name_key", "pk")
    if column == "roles":
        return clients.order_by(f"{'-' * descending}first_role_key", "name_key", "pk")
    if column == "status":
        rank = health_rank(now)
        return clients.order_by(rank.desc() if descending else rank.asc(), "name_key", "pk")
    if column == "expires":
        clients = clients.annotate(ends=_next_expiration(now))
    keys = {"expires": "ends", "used": "last_token_at", "removed": "removed_at"}
    key = F(keys[column])
    order = key.desc(nulls_last=True) if descending else key.asc(nulls_last=True)
    return clients.order_by(order, "name_key", "pk")


def _next_expiration(now: datetime) -> Case:
    """Return when the first live credential expires, or when the last one expired. The client's
    row has it unless it is out of date."""
    first, last = _ends(now)
    still = Coalesce(first, Case(When(never_expires=False, then=last)))
    return Case(When(next_expires_at__lte=now, then=still), default="next_expires_at")


def _ends(now: datetime) -> tuple[NullIf, NullIf]:
    """Return when a client's first live credential expires, and when its last expired one did."""
    firsts, lasts = [], []
    for rows in credentials_of_client():
        live = rows.live(now).without_successor().values("client")
        over = rows.live(now - EXPIRED_LISTED).filter(expires_at__lte=now).values("client")
        firsts.append(Subquery(live.annotate(at=Min("expires_at")).values("at")))
        lasts.append(Subquery(over.annotate(at=Max("expires_at")).values("at")))
    return _chosen(Least, firsts, none=_NEVER), _chosen(Greatest, lasts, none=_LONG_AGO)


def _chosen(choose: type[Func], moments: list[Subquery], *, none: Value) -> NullIf:
    """Return one of the moments that there are; SQLite would choose NULL where one is missing."""
    return NullIf(choose(*(Coalesce(one, none) for one in moments)), none)


def _with_expiry(clients: QuerySet[Client], now: datetime) -> QuerySet[Client]:
    first, last = _ends(now)
    live = (Q(Exists(rows.live(now))) for rows in credentials_of_client())
    return clients.annotate(
        has_live_credential=reduce(or_, live), first_expiry=first, last_expired=last
    )
