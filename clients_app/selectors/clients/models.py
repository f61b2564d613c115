"""Clients as the REST API lists them: a page by a constant number of queries."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import prefetch_related_objects

from clients_app.models import Client, ClientRole, ClientTag
from clients_app.rules.names import key_of
from clients_app.selectors.clients.lists import clients_of
from clients_app.selectors.clients.shows import Show, first_expires_in
from clients_app.selectors.periods import Period


class ModelPage(NamedTuple):
    """Some of the ``total`` clients that match, each with ``role_ids``, its tags and its URLs."""

    clients: list[Any]
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
    total = rows.count()
    found = list(rows.order_by("name_key", "pk").values_list("pk", flat=True)[skip : skip + count])
    return ModelPage(models_of(tenant_id, found), total)


def models_of(tenant_id: UUID, ids: list[UUID]) -> list[Any]:
    """Return the clients with these ids in this order, with what ``ModelPage`` says."""
    own: list[Any] = list(Client.objects.chosen(tenant_id, ids))
    has_urls = any(client.type.url_kinds for client in own)
    prefetch_related_objects(own, "tags", *(["urls"] if has_urls else []))
    found: dict[UUID, Any] = {client.pk: client for client in own}
    for client in own:
        client.role_ids = []
    held = ClientRole.objects.filter(client__in=list(found)).order_by("role__name_key")
    for client_id, role_id in held.values_list("client_id", "role_id"):
        found[client_id].role_ids.append(role_id)
    return [found[pk] for pk in ids if pk in found]
