"""Removing what a client does not use, and what that would have refused. RES-8."""

from datetime import datetime, timedelta

import pytest

from clients_app.models import Api, ApiUsage, AuditEvent, Client, Tenant
from clients_app.rules.unused import Effect
from clients_app.services.apis.may_call import MayCallDraft, draft_of
from clients_app.services.apis.unused import preview_of, remove_unused, unused_of
from tests.actors import command_line_in
from tests.factories import let_call, make_api, make_client
from tests.moments import NOW

DAY = timedelta(days=1)


@pytest.fixture
def orders(tenant: Tenant) -> Api:
    return make_api("Orders", tenant, "read", "write")


@pytest.fixture
def client(tenant: Tenant, orders: Api) -> Client:
    """A client that may call the built-in API, orders and an API that it never asked for."""
    client = make_client("Pump", tenant).client
    return let_call(client, orders, make_api("Stock", tenant, "count"))


def use(client: Client, api: Api, scope: str = "", *, at: datetime = NOW, tokens: int = 7) -> None:
    ApiUsage.objects.create(
        client=client, api=api, hour=at, scope=scope, is_named=False, tokens=tokens, last_at=at
    )


def test_unused_lists_what_goes_and_would_have_refused_nothing(client: Client, orders: Api):
    use(client, orders, "read", at=NOW - 89 * DAY)

    preview = unused_of(client, now=NOW)

    assert [(one.target.identifier, one.is_whole, one.scopes) for one in preview.losses] == [
        (orders.identifier, False, ("write",)),
        (f"urn:stock:{client.tenant_id}", True, ("count",)),
        ("http://localhost:8000", True, ("api", "ocsapi")),
    ]
    assert preview.effect == Effect([], [])
    assert AuditEvent.objects.filter(action="client.apis.changed").count() == 1


def test_remove_unused_leaves_exactly_what_was_used(client: Client, orders: Api, tenant: Tenant):
    use(client, orders, "read")
    use(client, orders, "write", at=NOW - 91 * DAY)
    use(client, Api.objects.get(pk=tenant.pk))

    changed = remove_unused(
        client, expected_version=client.version, actor=command_line_in(tenant), now=NOW
    )

    assert draft_of(changed) == MayCallDraft(apis={orders.pk: frozenset({"read"})})
    assert unused_of(changed, now=NOW).losses == []


def test_preview_of_another_change_says_which_requests_would_have_been_refused(
    client: Client, orders: Api
):
    use(client, orders, "write", tokens=4)
    use(client, orders, "write", at=NOW - DAY, tokens=3)
    use(client, orders, "read")

    preview = preview_of(client, MayCallDraft(apis={orders.pk: frozenset({"read"})}), now=NOW)

    [refused] = preview.effect.refused
    assert (refused.scope, refused.tokens, refused.last_at) == ("write", 7, NOW)
