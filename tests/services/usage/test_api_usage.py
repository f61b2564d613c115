"""What clients asked for is counted by API, scopes and hour, in any number of requests. RES-8."""

from datetime import UTC, datetime, timedelta

import pytest

from clients_app.models import Api, ApiHour, ApiUsage, Tenant
from clients_app.rules.targets import Chosen, custom_target
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts
from clients_app.services.usage.api_usage import TOLD_APART_MAX
from tests.conftest import Machine
from tests.factories import make_api

AT = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def api(tenant: Tenant) -> Api:
    return make_api("Orders", tenant, "read", "write")


def count(
    machine: Machine, api: Api, asked_scope: str, *, is_named: bool = False, at: datetime = AT
) -> None:
    target = custom_target(str(api.pk), api.identifier, api.scope_names())
    counts.count_token(
        str(machine.client.pk),
        Credential.of_secret(machine.secret.pk),
        lifetime_s=3600,
        chosen=Chosen(target, asked_scope, asked_scope, is_named),
        address="192.0.2.1",
        now=at,
    )


def rows() -> list[tuple[object, ...]]:
    columns = ("hour", "scope", "is_named", "tokens", "last_at")
    return list(ApiUsage.objects.order_by("hour", "scope", "is_named").values_list(*columns))


def test_requests_are_counted_by_what_they_asked_for_in_any_order(machine: Machine, api: Api):
    later, start = AT + timedelta(minutes=1), AT.replace(minute=0, second=0)
    count(machine, api, "read write")
    count(machine, api, "write read", at=later)
    counts.flush()
    count(machine, api, "read write")
    count(machine, api, "read", is_named=True)
    count(machine, api, "", at=AT + HOUR)

    counts.flush()

    assert rows() == [
        (start, "read", True, 1, AT),
        (start, "read write", False, 3, later),
        (start + HOUR, "", False, 1, AT + HOUR),
    ]
    assert list(ApiHour.objects.order_by("hour").values_list("hour", "tokens")) == [
        (start, 4),
        (start + HOUR, 1),
    ]


def test_combinations_beyond_a_hundred_count_as_requests_without_a_scope(
    machine: Machine, api: Api
):
    """A client chooses its scopes: it must not choose the number of rows, whatever the clock."""
    count(machine, api, "later", at=AT + 100 * HOUR)
    count(machine, api, "later", at=AT + 99 * HOUR)
    counts.flush()
    ApiUsage.objects.all().delete()
    for batch in range(2):
        for number in range(TOLD_APART_MAX):
            count(machine, api, f"s{batch}-{number}")
        counts.flush()
    count(machine, api, "s0-7")
    counts.flush()
    for at in (AT + HOUR, AT, AT + HOUR):  # late counts of the hour before do not start it again
        count(machine, api, "another", at=at)
        counts.flush()

    assert ApiUsage.objects.count() == TOLD_APART_MAX + 2
    assert ApiUsage.objects.get(scope="").tokens == TOLD_APART_MAX + 1
    assert ApiUsage.objects.get(scope="another").tokens == 2
    assert ApiUsage.objects.get(scope="s0-7").tokens == 2


def test_counts_of_a_removed_api_are_dropped_and_the_others_written(machine: Machine, api: Api):
    count(machine, api, "read")
    api.delete()

    counts.flush()

    assert not ApiUsage.objects.exists()
    machine.client.refresh_from_db()
    assert machine.client.last_token_at == AT
