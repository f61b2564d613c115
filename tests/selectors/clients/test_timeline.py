"""The timeline: clients by the week in which the first of their live secrets expires."""

from datetime import UTC, date, timedelta

from clients_app.models import Client, Person, Tenant
from clients_app.rules.weeks import starts_at, week_of
from clients_app.selectors.clients.filters import clients_of
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.clients.timeline import (
    WEEKS,
    expiring_weeks,
    timeline_period,
    week_period,
)
from tests.factories import insert_clients, insert_secrets, make_client
from tests.moments import NOW, SECOND
from tests.selectors.clients.client_lists import DAY, names_of

MONDAY = week_of(NOW, UTC)  # 23 November 2026


def counted(tenant: Tenant) -> dict[date, int]:
    weeks = expiring_weeks(Client.objects.for_tenant(tenant.pk).present(), zone=UTC, now=NOW)
    assert len(weeks) == WEEKS
    return {week.monday: week.clients for week in weeks if week.clients}


def names_in(tenant: Tenant, monday: date) -> list[str]:
    return names_of(tenant, show=Show.TIMELINE, period=week_period(monday, UTC))


def test_timeline_counts_each_client_in_the_week_of_its_first_expiration(tenant: Tenant) -> None:
    next_week = starts_at(MONDAY + timedelta(days=7), UTC)
    make_client("last second", tenant, expires_at=next_week - SECOND)
    make_client("first second", tenant, expires_at=next_week)
    both = make_client("both", tenant, expires_at=next_week + 6 * DAY).client
    insert_secrets(both, 1, expires_at=next_week + 100 * DAY)
    make_client("a year", tenant, expires_at=NOW + 365 * DAY)
    make_client("later", tenant, expires_at=NOW + 400 * DAY)
    make_client("never", tenant, expires_at=None)

    assert counted(tenant) == {
        MONDAY: 1,
        MONDAY + timedelta(days=7): 2,
        week_of(NOW + 365 * DAY, UTC): 1,
    }
    assert names_in(tenant, MONDAY) == ["last second"]
    assert names_in(tenant, MONDAY + timedelta(days=7)) == ["both", "first second"]
    everything = names_of(tenant, show=Show.TIMELINE, period=timeline_period(NOW, UTC))
    assert everything == ["a year", "both", "first second", "last second"]


def test_timeline_of_a_row_whose_first_secret_has_expired_reads_the_secrets(
    tenant: Tenant,
) -> None:
    stale, over, moved = insert_clients(["stale", "over", "moved"], tenant)
    insert_secrets(stale, 1, expires_at=NOW + 20 * DAY)
    insert_secrets(moved, 1, expires_at=NOW + 1 * DAY)
    insert_secrets(moved, 1, expires_at=NOW + 20 * DAY)
    insert_secrets(over, 1, expires_at=NOW)
    Client.objects.filter(tenant=tenant).update(next_expires_at=NOW)

    assert counted(tenant) == {MONDAY: 1, MONDAY + timedelta(days=14): 1}
    assert names_in(tenant, MONDAY) == ["moved"]
    assert names_in(tenant, MONDAY + timedelta(days=14)) == ["stale"]


def test_timeline_leaves_out_other_tenants_and_removed_clients(
    tenant: Tenant, stranger: Person
) -> None:
    make_client("foreign", stranger.tenant, expires_at=NOW + DAY)
    gone = make_client("gone", tenant, expires_at=NOW + DAY).client
    Client.objects.filter(pk=gone.pk).update(removed_at=NOW)

    assert counted(tenant) == {}
    assert not clients_of(tenant.pk, show=Show.TIMELINE, now=NOW).exists()
