"""Tokens and refused requests by hours and days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clients_app.models import RefusedHour, TenantHour
from clients_app.rules.chart_slots import days, hours
from clients_app.selectors.clients.charts import client_counts, tenant_counts, week_of_clients
from clients_app.selectors.credentials.uses import used_of
from tests.factories import insert_secrets, insert_usage, make_client, make_tenant

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
THIS_HOUR = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def client(tenant):
    return make_client("Pump", tenant).client


def used(secret, hour, tokens):
    insert_usage(secret, hour, tokens=tokens, last_at=hour)


def test_client_counts_are_sums_by_secret_within_the_slots(client):
    one, two = client.secrets.get(), insert_secrets(client, 1)[0]
    used(one, THIS_HOUR - 24 * HOUR, 1_000)  # before the first slot
    used(one, THIS_HOUR - 23 * HOUR, 1)
    used(one, THIS_HOUR, 1_000_000)
    used(two, THIS_HOUR, 2)
    used(two, THIS_HOUR + HOUR, 1_000)  # after the last slot
    RefusedHour.objects.create(client=client, hour=THIS_HOUR - HOUR, requests=7)

    counts = client_counts(client, hours(NOW, count=24))

    assert counts.tokens == {used_of(one): [1, *[0] * 22, 1_000_000], used_of(two): [*[0] * 23, 2]}
    assert counts.refused == [*[0] * 22, 7, 0]


def test_client_counts_of_an_unused_client_are_zeros(client):
    counts = client_counts(client, hours(NOW, count=24))

    assert counts == ({}, [0] * 24)


def test_days_of_23_and_25_hours_hold_all_their_hours(client):
    secret, berlin = client.secrets.get(), ZoneInfo("Europe/Berlin")
    for last, length in ((datetime(2026, 3, 29, 20, tzinfo=UTC), 23), (NOW, 24)):
        [start, end] = days(last, berlin, count=1)
        for at in range(26):
            used(secret, start + (at - 1) * HOUR, 1)

        assert client_counts(client, [start, end]).tokens == {used_of(secret): [length]}
    [start, end] = days(datetime(2026, 10, 25, 20, tzinfo=UTC), berlin, count=1)
    for at in range(27):
        used(secret, start + (at - 1) * HOUR, 1)

    assert client_counts(client, [start, end]).tokens == {used_of(secret): [25]}


def test_client_counts_take_two_queries(client, django_assert_num_queries):
    for secret in insert_secrets(client, 5):
        used(secret, THIS_HOUR, 1)

    with django_assert_num_queries(2):
        client_counts(client, hours(NOW, count=24))


def test_tenant_counts_are_those_of_the_tenant_alone(tenant):
    for owner, tokens in ((tenant, 5), (make_tenant("Other"), 100)):
        TenantHour.objects.create(tenant=owner, hour=THIS_HOUR, tokens=tokens, refused=1)

    assert tenant_counts(tenant.pk, hours(NOW, count=2)) == ([0, 5], [0, 1])
    assert tenant_counts(make_tenant("New").pk, hours(NOW, count=2)) == ([0, 0], [0, 0])


def test_week_of_clients_has_days_of_the_active_zone(tenant, client, django_assert_num_queries):
    other = make_client("Valve", tenant).client
    secret = client.secrets.get()
    midnight = datetime(2026, 11, 22, 23, tzinfo=UTC)  # in Berlin
    used(secret, midnight, 3)
    used(secret, midnight - HOUR, 4)
    used(secret, midnight - 145 * HOUR, 9)  # the day before the week
    RefusedHour.objects.create(client=client, hour=midnight - 24 * HOUR, requests=2)

    with timezone.override("Europe/Berlin"), django_assert_num_queries(2):
        weeks = week_of_clients([client.pk, other.pk], now=NOW)

    assert weeks == {
        client.pk: [(0, 0)] * 5 + [(4, 2), (3, 0)],
        other.pk: [(0, 0)] * 7,
    }
