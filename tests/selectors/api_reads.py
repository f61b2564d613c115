"""How to read, for one tenant, its APIs and what its clients may call."""

from collections.abc import Callable
from typing import Any, Final

from clients_app import conf
from clients_app.models import Client
from clients_app.selectors.apis import apis, introspectors, may_call
from tests.factories import NOW
from tests.selectors.tenant_world import World

API_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    apis.tenant_apis: [lambda own: apis.tenant_apis(own.tenant.pk)],
    apis.apis_with_counts: [lambda own: apis.apis_with_counts(own.tenant.pk, now=NOW)],
    apis.get_api: [lambda own: apis.get_api(own.tenant.pk, own.api.pk)],
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
    may_call.may_call: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).filter(
            may_call.may_call(own.api.identifier)
        )
    ],
    may_call.scopes_now: [lambda own: may_call.scopes_now(own.client, own.api.identifier)],
    introspectors.may_introspect: [
        lambda own: introspectors.may_introspect(str(own.client.pk), audience=own.api.identifier),
        lambda own: introspectors.may_introspect(
            str(own.removed.pk), audience=conf.token_audience()
        ),
    ],
}
