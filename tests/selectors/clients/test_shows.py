"""The conditions of the list agree with the rule of health, on the database that is tested."""

from itertools import product

from clients_app.models import Client, Tenant
from clients_app.rules.health import Health
from clients_app.selectors.clients.shows import Show, condition, health_rank
from tests.factories import insert_clients
from tests.moments import NOW, SECOND
from tests.selectors.clients.client_lists import DAY

MOMENTS = (None, NOW - 91 * DAY, NOW - 90 * DAY, NOW - 89 * DAY, NOW - SECOND, NOW)
ENDS = (None, NOW - DAY, NOW, NOW + SECOND)


def insert_every_state(tenant: Tenant) -> None:
    states = list(product((True, False), (True, False), ENDS, MOMENTS, MOMENTS))
    kinds = (("client-credentials", True), ("authorization-code", True), ("hybrid", False))
    rows = insert_clients((f"client {n:04}" for n in range(len(kinds) * len(states))), tenant)
    for row, (kind, state) in zip(rows, product(kinds, states), strict=True):
        row.client_type, row.may_call_built_in = kind
        row.is_enabled, row.never_expires, row.last_expires_at = state[:3]
        row.last_token_at, row.last_refused_at = state[3:]
    Client.objects.bulk_update(
        rows,
        [
            *("client_type", "is_enabled", "never_expires", "may_call_built_in"),
            *("last_expires_at", "last_token_at", "last_refused_at"),
        ],
    )


def test_conditions_and_order_agree_with_the_rule(tenant: Tenant) -> None:
    insert_every_state(tenant)
    rows = list(Client.objects.for_tenant(tenant.pk))

    for show, health in ((Show.FAILING, Health.FAILING), (Show.NO_TOKENS, Health.NO_TOKENS)):
        found = set(Client.objects.filter(condition(show, NOW)).values_list("pk", flat=True))
        assert found == {row.pk for row in rows if row.health(NOW) is health}
    ranked = Client.objects.annotate(rank=health_rank(NOW))
    order = list(Health)
    assert {row.health(NOW) for row in rows} == set(Health)
    assert all(order[row.rank] is row.health(NOW) for row in ranked)


def test_refused_today_are_those_of_the_last_24_hours(tenant: Tenant) -> None:
    late, lately = insert_clients(["late", "lately"], tenant)
    Client.objects.filter(pk=late.pk).update(last_refused_at=NOW - DAY)
    Client.objects.filter(pk=lately.pk).update(last_refused_at=NOW - DAY + SECOND)

    assert list(Client.objects.filter(condition(Show.REFUSED, NOW))) == [lately]
