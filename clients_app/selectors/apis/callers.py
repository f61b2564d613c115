"""A page of the clients that may call an API, with what they may do there."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from clients_app.limits import PAGE_SIZE
from clients_app.models import Api, MayCall
from clients_app.selectors.apis.apis import callers_of
from clients_app.selectors.apis.usage import last_tokens


class CallersPage(NamedTuple):
    """Each client has ``scope_names`` and ``asked_at``, its last token for the API."""

    clients: list[Any]
    page: int
    pages: int
    total: int


def callers_page(api: Api, *, page: int) -> CallersPage:
    """Return the callers by name, PAGE_SIZE at a time; the nearest page there is."""
    callers = callers_of(api)
    total = callers.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_SIZE
    clients: list[Any] = list(callers[first : first + PAGE_SIZE])
    ids = [client.pk for client in clients]
    asked, scopes = last_tokens(api, ids), _scopes(api, ids)
    for client in clients:
        client.asked_at, client.scope_names = asked.get(client.pk), scopes.get(client.pk, ())
    return CallersPage(clients, page, pages, total)


def _scopes(api: Api, client_ids: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    if api.is_built_in:
        return dict.fromkeys(client_ids, api.scope_names())
    rows = MayCall.objects.filter(api=api, client__in=client_ids).prefetch_related("scopes")
    return {row.client_id: tuple(scope.name for scope in row.scopes.all()) for row in rows}
