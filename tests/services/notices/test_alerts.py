"""Which alerts are sent: when trouble begins, once until the client is well again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Alert, Client, ClientSecret, Tenant
from clients_app.services.alerts.watch import watch
from clients_app.services.usage import counts, refused_requests
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, insert_usage
from tests.moments import NOW
from tests.services.notices.alert_cases import HOUR, alerts_at, be_refused, get_token, work

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REFUSED, SILENT = ("Pumps", "refused"), ("Pumps", "silent")

pytestmark = pytest.mark.usefixtures("nothing_counted", "mara", "sink")


def test_client_refused_for_five_minutes_gets_one_alert(client_: Client) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW, cause="secret-removed")

    assert alerts_at(NOW + 5 * MINUTE - timedelta(seconds=1)) == []
    assert alerts_at(NOW + 5 * MINUTE) == [REFUSED]
    be_refused(client_, NOW + 6 * MINUTE)
    assert alerts_at(NOW + 7 * MINUTE) == []


def test_client_that_got_a_token_in_between_gets_no_alert(client_: Client) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW)
    assert alerts_at(NOW + MINUTE) == []
    get_token(client_, NOW + 4 * MINUTE)

    assert alerts_at(NOW + 5 * MINUTE) == []
    assert not Alert.objects.exists()


def test_refused_client_gets_another_alert_only_after_it_was_well(client_: Client) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW)
    assert alerts_at(NOW + 5 * MINUTE) == [REFUSED]

    get_token(client_, NOW + 10 * MINUTE)
    be_refused(client_, NOW + 20 * MINUTE)  # one machine of several still has the old secret
    assert alerts_at(NOW + 30 * MINUTE) == []

    get_token(client_, NOW + 40 * MINUTE)
    assert alerts_at(NOW + 80 * MINUTE) == []  # an hour without a refused request: well
    be_refused(client_, NOW + 90 * MINUTE)
    assert alerts_at(NOW + 95 * MINUTE) == [REFUSED]


def test_client_that_never_had_a_token_gets_no_alert(client_: Client) -> None:
    be_refused(client_, NOW)

    assert alerts_at(NOW + 10 * MINUTE) == []


@pytest.mark.parametrize("change", ["disabled", "removed"])
def test_client_disabled_or_removed_gets_no_alert(client_: Client, change: str) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW)
    columns = {"is_enabled": False} if change == "disabled" else {"removed_at": NOW}
    Client.objects.filter(pk=client_.pk).update(**columns)

    assert alerts_at(NOW + 10 * MINUTE) == []
    assert alerts_at(NOW + DAY) == []


def test_requests_refused_while_disabled_are_no_trouble(client_: Client) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW, cause="client-disabled")

    assert alerts_at(NOW + 10 * MINUTE) == []


def test_client_silent_for_three_usual_gaps_gets_one_alert(client_: Client) -> None:
    work(client_, until=NOW)

    assert alerts_at(NOW + 3 * HOUR - timedelta(seconds=1)) == []
    assert alerts_at(NOW + 3 * HOUR) == [SILENT]
    assert alerts_at(NOW + 9 * HOUR) == []

    work(client_, until=NOW + 30 * HOUR)
    assert alerts_at(NOW + 30 * HOUR) == []
    assert alerts_at(NOW + 33 * HOUR) == [SILENT]


def test_client_used_a_few_times_is_never_silent(client_: Client) -> None:
    work(client_, until=NOW, hours=4)

    assert alerts_at(NOW + 3 * HOUR) == []
    assert alerts_at(NOW + 10 * DAY) == []


def test_silent_client_without_live_secret_gets_no_alert(client_: Client) -> None:
    work(client_, until=NOW)
    ClientSecret.objects.filter(client=client_).update(removed_at=NOW)

    assert alerts_at(NOW + 3 * HOUR) == []


@pytest.mark.parametrize("insert", [insert_keys, insert_identities])
def test_client_without_secrets_is_silent_if_it_can_still_ask(
    client_: Client, insert: Callable[..., Any]
) -> None:
    work(client_, until=NOW)
    client_.secrets.update(removed_at=NOW)
    insert(client_, 1)

    assert alerts_at(NOW + 5 * HOUR) == [SILENT]


def test_refused_client_is_not_also_silent(client_: Client) -> None:
    work(client_, until=NOW)
    be_refused(client_, NOW + HOUR)

    assert alerts_at(NOW + 2 * HOUR) == [REFUSED]
    assert alerts_at(NOW + 4 * HOUR) == []


@pytest.mark.parametrize("muted", ["client", "tenant"])
@pytest.mark.parametrize("kind", ["refused", "silent", "new_address"])
def test_muted_kind_gets_no_alert(client_: Client, tenant: Tenant, muted: str, kind: str) -> None:
    one = client_ if muted == "client" else tenant
    type(one)._default_manager.filter(pk=one.pk).update(**{f"mutes_{kind}": True})
    work(client_, until=NOW - 2 * DAY)
    get_token(client_, NOW, address="198.51.100.7")
    be_refused(client_, NOW + MINUTE)
    kinds = {found for _, found in alerts_at(NOW + 6 * MINUTE)}
    Alert.objects.filter(kind="refused").delete()
    refused_requests.refused.take()
    kinds |= {found for _, found in alerts_at(NOW + 4 * DAY)}

    assert kinds == {"refused", "silent", "new-address"} - {kind.replace("_", "-")}


def test_mute_ends_a_waiting_alert(client_: Client) -> None:
    work(client_, until=NOW - HOUR)
    be_refused(client_, NOW)
    assert alerts_at(NOW + MINUTE) == []
    Client.objects.filter(pk=client_.pk).update(mutes_refused=True)

    assert alerts_at(NOW + 10 * MINUTE) == []


def test_number_of_queries_is_constant(tenant: Tenant) -> None:
    def queries(batch: str, clients: int, at: datetime) -> int:
        for number, client in enumerate(
            insert_clients([f"{batch} {one}" for one in range(clients)], tenant)
        ):
            (secret,) = insert_secrets(client, 1)
            for hour in range(6):
                insert_usage(secret, at - hour * HOUR, tokens=1, last_at=at - hour * HOUR)
            Client.objects.filter(pk=client.pk).update(last_token_at=at)
            if number % 2 == 0:
                be_refused(client, at + MINUTE)
            get_token(client, at, secret=secret.pk, address="198.51.100.7")
        counts.flush()
        Alert.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            watch(now=at + 4 * HOUR)
        assert Alert.objects.exclude(sent_at=None).count() == clients
        return len(captured)

    assert queries("some", 12, NOW) == queries("many", 40, NOW + 100 * DAY)
