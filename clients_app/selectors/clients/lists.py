"""The list of clients, page by page."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.query import Prefetch

from clients_app.limits import PAGE_SIZE
from clients_app.models import Client, ClientCount, ClientTag, Role
from clients_app.rules.client_types import CLIENT_TYPES
from clients_app.rules.names import key_of
from clients_app.selectors.clients.charts import week_of_clients
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.order import in_order, with_expiry


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
    rows = in_order(matching.filter(client_type=client_type), sort, now)
    ids = _ids_of_page(rows, page, total)
    if opened is not None and opened.pk not in ids and rows.filter(pk=opened.pk).exists():
        page = _place_of(opened, rows, sort) // PAGE_SIZE + 1
        ids = _ids_of_page(rows, page, total)
    listed = listed_clients(tenant_id, ids, now=now)
    _complete(listed, q=filters.get("q", ""), role_id=filters.get("role_id"), now=now)
    return ClientPage(listed, page, pages, total, counts, unfiltered[client_type])


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
    return list(in_order(clients, sort, now).values_list("pk", flat=True)[:limit])


def listed_clients(tenant_id: UUID, ids: list[UUID], *, now: datetime) -> list[Any]:
    """Return the clients with these ids, in the order of ``ids``, with what ``ClientPage`` says
    about their roles and secrets."""
    own = Client.objects.chosen(tenant_id, ids)
    roles = Prefetch("roles", Role.objects.in_screen_order())
    found: dict[UUID, Any] = {
        client.pk: client for client in with_expiry(own, now).prefetch_related(roles)
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
