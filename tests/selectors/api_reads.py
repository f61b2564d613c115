"""How to read, for one tenant, its APIs and what its clients may call."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from clients_app import conf
from clients_app.models import ApiScope, Client
from clients_app.selectors.apis import apis, callers, introspectors, may_call, usage
from tests.moments import NOW
from tests.selectors.list_reads import every_client
from tests.selectors.tenant_world import World

API_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    apis.tenant_apis: [lambda own: apis.tenant_apis(own.tenant.pk)],
    apis.apis_without_scopes: [lambda own: apis.apis_without_scopes(own.tenant.pk)],
    apis.scopes_with: [
        lambda own: apis.scopes_with(own.tenant.pk, ApiScope.objects.values_list("pk", flat=True)),
    ],
    apis.apis_with_counts: [lambda own: apis.apis_with_counts(own.tenant.pk, now=NOW)],
    apis.matches: [
        lambda own: [api for api in apis.tenant_apis(own.tenant.pk) if apis.matches(api, "")]
    ],
    apis.get_api: [lambda own: apis.get_api(own.tenant.pk, own.api.pk)],
    apis.find_api: [
        lambda own: apis.find_api(own.tenant.pk, "orders"),
        lambda own: apis.find_api(own.tenant.pk, own.api.identifier),
        lambda own: apis.find_api(own.tenant.pk, conf.token_audience()),
    ],
    apis.callers_of: [
        lambda own: apis.callers_of(own.api),
        lambda own: apis.callers_of(apis.get_api(own.tenant.pk, own.tenant.pk)),
    ],
    apis.callers_stamp: [
        lambda own: apis.callers_stamp(own.api),
        lambda own: apis.callers_stamp(apis.get_api(own.tenant.pk, own.tenant.pk)),
    ],
    may_call.rows_of: [lambda own: may_call.rows_of(own.client)],
    may_call.reach_of: [lambda own: may_call.reach_of(own.client)],
    may_call.built_in_of: [lambda own: may_call.built_in_of(own.client)],
    callers.callers_page: [
        lambda own: callers.callers_page(own.api, page=1),
        lambda own: callers.callers_page(apis.get_api(own.tenant.pk, own.tenant.pk), page=1),
    ],
    usage.requests_of: [lambda own: usage.requests_of(own.client, now=NOW)],
    usage.last_tokens: [lambda own: usage.last_tokens(own.api, every_client())],
    usage.tokens_in_30_days: [lambda own: usage.tokens_in_30_days(own.api, now=NOW)],
    may_call.may_call_built_in: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).filter(may_call.may_call_built_in())
    ],
    may_call.may_call_other: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).filter(
            may_call.may_call_other(own.api.identifier)
        )
    ],
    usage.usage_page: [
        lambda own: usage.usage_page(
            own.tenant.pk,
            client_id=None,
            api_id=None,
            since=None,
            until=None,
            below=(datetime.max.replace(tzinfo=UTC), 2**63 - 1),
            count=100,
        ),
    ],
    may_call.scopes_now: [lambda own: may_call.scopes_now(own.client, own.api.identifier)],
    introspectors.may_introspect: [
        lambda own: introspectors.may_introspect(str(own.client.pk), audience=own.api.identifier),
        lambda own: introspectors.may_introspect(
            str(own.removed.pk), audience=conf.token_audience()
        ),
    ],
}
