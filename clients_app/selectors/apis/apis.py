"""The APIs of a tenant, and which clients may call them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from clients_app.errors import existing
from clients_app.errors import gettext_noop as _
from clients_app.models import Api, ApiHour, ApiScope, Client, MayCall
from clients_app.rules.names import key_of

MONTH: Final = timedelta(days=30)


def tenant_apis(tenant_id: UUID) -> list[Api]:
    """Return the APIs with their scopes, the built-in one first."""
    return list(Api.objects.for_tenant(tenant_id).in_screen_order().prefetch_related("scopes"))


def apis_without_scopes(tenant_id: UUID) -> list[Api]:
    """Return the APIs in the same order; a tenant may have 20,000 scopes."""
    return list(Api.objects.for_tenant(tenant_id).in_screen_order())


def scopes_with(tenant_id: UUID, ids: Collection[int]) -> QuerySet[ApiScope]:
    """Return those scopes of the tenant's APIs that have these ids, by API and name."""
    scopes = ApiScope.objects.filter(pk__in=ids, api__tenant=tenant_id)
    return scopes.select_related("api").order_by("api__name_key", "name")


def apis_with_counts(tenant_id: UUID, *, now: datetime) -> list[Any]:
    """Return the APIs, each with ``scope_count``, ``client_count`` and ``tokens_30_days``."""
    callers = MayCall.objects.filter(api=OuterRef("pk"), client__removed_at=None)
    scopes = ApiScope.objects.filter(api=OuterRef("pk"))
    hours = ApiHour.objects.filter(api=OuterRef("pk"), hour__gte=now - MONTH)
    apis = Api.objects.for_tenant(tenant_id).annotate(
        scope_count=_of_api(scopes, Count("pk")),
        client_count=_of_api(callers, Count("pk")),
        tokens_30_days=_of_api(hours, Sum("tokens")),
    )
    rows: list[Any] = list(apis.in_screen_order())
    for api in rows:
        if api.is_built_in:
            api.scope_count = len(api.scope_names())
            api.client_count = callers_of(api).count()
    return rows


def matches(api: Api, words: str) -> bool:
    """Return whether Filter and Find show the API for ``words``, a ``key_of`` what was typed."""
    return words in api.name_key or words in key_of(api.identifier)


def get_api(tenant_id: UUID, api_id: UUID) -> Api:
    """Return an API of the tenant, or raise NotFound."""
    api = Api.objects.for_tenant(tenant_id).filter(pk=api_id).first()
    return existing(api, _("There is no such API. It may have been removed."))


def find_api(tenant_id: UUID, text: str) -> Api:
    """Return the API of the tenant with this Identifier, id or name, or raise NotFound."""
    apis = tenant_apis(tenant_id)
    fitting = [api for api in apis if text in {api.identifier, str(api.pk)}]
    fitting += [api for api in apis if api.name_key == key_of(text)]
    sentence = _("There is no API with the Identifier, name or id %(text)s.")
    return existing(fitting[0] if fitting else None, sentence, text=text)


def callers_of(api: Api) -> QuerySet[Client]:
    """Return the clients that may call the API, except removed ones, by name."""
    clients = Client.objects.for_tenant(api.tenant_id).present()
    if api.is_built_in:
        return clients.filter(may_call_built_in=True).order_by("name_key", "pk")
    return clients.filter(may_call__api=api).order_by("name_key", "pk")


def callers_stamp(api: Api) -> str:
    """Return a text that changes when other clients may call the API."""
    ids = sorted(str(pk) for pk in callers_of(api).values_list("pk", flat=True))
    return sha256(" ".join(ids).encode()).hexdigest()[:16]


def _of_api(rows: QuerySet[Any], number: Any) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("api").annotate(n=number).values("n")), 0)
