"""Clients as programs read them: however many, by a constant number of queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from django.db.models import UUIDField

from clients_app.models import Client, ClientCount, ClientRole, ClientTag, ClientUrl
from clients_app.models.prepared import Argument, Ids, Prepared
from clients_app.models.tenant import is_of
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_TYPES, ClientType
from clients_app.rules.names import key_of
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.shows import Show, first_expires_in
from clients_app.selectors.periods import Period


class ClientModel(NamedTuple):
    """What the models of the REST API say about a client. ``lines`` are all its texts by their
    names in ``rules/client_fields``; ``role_ids`` are in the order of the roles' names; ``urls``
    are pairs of the id of their kind and the URL."""

    pk: UUID
    client_type: str
    name: str
    is_enabled: bool
    token_lifetime_s: int
    allow_refresh_token: bool
    skips_consent: bool
    may_introspect: bool
    may_rotate_own_secrets: bool
    may_add_secrets: bool
    demands_assertion_type: bool
    accepts_token_endpoint_audience: bool
    last_token_at: datetime | None
    removed_at: datetime | None
    lines: dict[str, str]
    tags: list[str]
    role_ids: list[UUID]
    urls: list[tuple[str, str]]

    @classmethod
    def of(cls, client: Client) -> Self:
        """Return the model of a client; reads its tags, roles and URLs if they are not there."""
        roles = sorted(client.roles.all(), key=lambda role: role.name_key)
        related: list[Any] = [
            [tag.name for tag in client.tags.all()],
            [role.pk for role in roles],
            [(row.kind, row.url) for row in client.urls.all()],
        ]
        return cls._of([getattr(client, column) for column in _COLUMNS], *related)

    @classmethod
    def _of(cls, row: Sequence[Any], *related: list[Any]) -> Self:
        lines = dict(zip(_LINES, row[-len(_LINES) :], strict=True))
        return cls._make((*row[: -len(_LINES)], lines, *related))

    @property
    def type(self) -> ClientType:
        return CLIENT_TYPES[self.client_type]


_LINES: Final = tuple(line.name for line in (*LINES, *APPLICATION_URLS))
#: what is read of the client itself
_COLUMNS: Final = (*ClientModel._fields[:-4], *_LINES)


class ModelPage(NamedTuple):
    """Some of the ``total`` clients that match."""

    clients: list[ClientModel]
    total: int


def model_page(
    tenant_id: UUID,
    *,
    client_type: str,
    now: datetime,
    skip: int,
    count: int,
    only: UUID | None = None,
    ids: Iterable[UUID] | None = None,
    tags: Iterable[str] = (),
    show: Show = Show.ALL,
    expires_before: datetime | None = None,
    **filters: Any,
) -> ModelPage:
    """Return the clients of one type that match, by name, from ``skip`` on, at most ``count``.

    ``only`` and ``ids`` None: any; ``tags``: all of them; ``expires_before``: a live secret does,
    as ``first_expires_in`` says; for the others see ``clients_of``.
    """
    rows = clients_of(tenant_id, now=now, show=show, **filters).filter(client_type=client_type)
    if only is not None:
        rows = rows.filter(pk=only)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    for tag in tags:
        tagged = ClientTag.objects.filter(name_key=key_of(tag)).values("client")
        rows = rows.filter(pk__in=tagged)
    if expires_before is not None:
        rows = rows.filter(reduce(or_, first_expires_in(Period(now, expires_before), now)))
    is_whole = only is ids is expires_before is None and not any((tags, show, *filters.values()))
    counts = ClientCount.objects.by_type(tenant_id) if is_whole else None
    total = rows.count() if counts is None else counts.get(client_type, 0)
    found = list(rows.order_by("name_key", "pk").values_list("pk", flat=True)[skip : skip + count])
    return ModelPage(models_of(tenant_id, found), total)


def models_of(tenant_id: UUID, ids: list[UUID]) -> list[ClientModel]:
    """Return those of the clients with these ids that are the tenant's, in this order."""
    found = {
        row[0]: ClientModel._of(row, [], [], [])
        for row in _clients.rows(tenant_id=tenant_id, ids=ids)
    }
    for client_id, name in _tags.rows(ids=found):
        found[client_id].tags.append(name)
    if any(client.type.has_roles for client in found.values()):
        for client_id, role_id in _roles.rows(ids=found):
            found[client_id].role_ids.append(role_id)
    if any(client.type.url_kinds for client in found.values()):
        for client_id, kind, url in _urls.rows(ids=found):
            found[client_id].urls.append((kind, url))
    return [found[pk] for pk in ids if pk in found]


_clients: Final = Prepared(
    lambda: Client.objects.filter(
        is_of(Argument("tenant_id", UUIDField())), pk__in=Ids("ids")
    ).values_list(*_COLUMNS)
)
_tags: Final = Prepared(
    lambda: (
        ClientTag.objects.filter(client__in=Ids("ids"))
        .order_by("id")
        .values_list("client_id", "name")
    )
)
_roles: Final = Prepared(
    lambda: (
        ClientRole.objects.filter(client__in=Ids("ids"))
        .order_by("role__name_key")
        .values_list("client_id", "role_id")
    )
)
_urls: Final = Prepared(
    lambda: (
        ClientUrl.objects.filter(client__in=Ids("ids"))
        .order_by("id")
        .values_list("client_id", "kind", "url")
    )
)
