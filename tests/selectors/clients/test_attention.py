"""The counts of the strip: those of the lists it leads to, each read from an index of its own."""

from datetime import timedelta
from itertools import product

import pytest
from django.db.models import Count

from clients_app.models import Tenant
from clients_app.selectors.clients.attention import ATTENTION, attention
from clients_app.selectors.clients.filters import clients_of
from portal.connections import DATABASE_OPTIONS
from tests.factories import insert_clients, insert_secrets
from tests.moments import NOW
from tests.selectors.clients.client_lists import DAY
from tests.selectors.query_plans import plan_of

ENDS = (None, NOW + DAY, NOW + 6 * DAY, NOW + 20 * DAY, NOW + 100 * DAY)
TOKENS = (None, NOW - 91 * DAY, NOW - DAY)


@pytest.fixture
def clients_in_all_states(tenant: Tenant) -> None:
    """Add clients with no, one and two secrets, some of which expire in the days to come."""
    secrets = [(), *((end,) for end in ENDS), *product(ENDS, ENDS)]
    rows = insert_clients((f"client {number:03}" for number in range(3 * len(secrets))), tenant)
    for number, (client, (token_at, ends)) in enumerate(
        zip(rows, product(TOKENS, secrets), strict=True)
    ):
        client.client_type = "hybrid" if number % 4 == 0 else "client-credentials"
        client.created_at = NOW - number * DAY
        client.has_owner = number % 3 == 0
        client.last_token_at = token_at
        client.last_refused_at = NOW - timedelta(hours=number)
        client.removed_at = NOW if number % 7 == 0 else None
        client.save()
        for end in ends:
            insert_secrets(client, 1, expires_at=end)


def test_attention_counts_the_clients_that_each_list_shows(
    tenant: Tenant, clients_in_all_states: None
) -> None:
    """No row is written after the first day: stored dates pass."""
    for days in (0, 1, 5, 19, 30, 200):
        now = NOW + days * DAY
        counted = attention(tenant.pk, now=now)

        assert list(counted) == list(ATTENTION)
        for show, by_type in counted.items():
            listed = clients_of(tenant.pk, show=show, now=now).values_list("client_type")
            expected = dict(listed.annotate(n=Count("pk")))
            assert {one: n for one, n in by_type.items() if n} == expected, (days, show)


@pytest.mark.one_database  # whose plans do not depend on the rows
def test_attention_reads_an_index_for_each_state(tenant: Tenant) -> None:
    read = plan_of(lambda: attention(tenant.pk, now=NOW))

    used = [line.split("COVERING INDEX ")[1].split()[0] for line in read]
    states = {"refused", "expiring", "secretless", "unowned", "unused"}
    assert set(used) == {f"client_{state}" for state in states}


@pytest.mark.one_database
def test_postgresql_compiles_no_plans() -> None:
    """Compiling the plan of these counts took ten times as long as counting."""
    assert "-c jit=off" in DATABASE_OPTIONS["portal.storage.postgresql"]["options"]
