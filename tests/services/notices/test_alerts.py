"""Which alerts are sent: when trouble begins, once until the client is well again."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Alert, Client, ClientSecret, SecretAddress, Tenant
from clients_app.services.alerts.watch import watch
from clients_app.services.retention import remove_old
from clients_app.services.usage import addresses, counts, refused_requests
from tests.factories import NOW, insert_clients, insert_secrets, insert_usage, make_client
from tests.services.notices.alert_cases import alerts_at, be_refused, get_token

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REFUSED, SILENT, MOVED = ("Pumps", "refused"), ("Pumps", "silent"), ("Pumps", "new-address")

pytestmark = pytest.mark.usefixtures("mara", "sink")


@pytest.fixture(autouse=True)
def _nothing_counted_before() -> None:
    for pending in (counts.issued, refused_requests.refused, addresses.used):
        pending.take()
    addresses.written.clear()


@pytest.fixture
def client_(tenant: Tenant) -> Client:
    return make_client("Pumps", tenant).client


def work(client: Client, *, until: datetime, hours: int = 10) -> None:
    """Let the client get a token each hour; the last one at ``until``."""
    for number in range(hours):
        get_token(client, until - number * HOUR)
    counts.flush()


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


def test_refused_client_is_not_also_silent(client_: Client) -> None:
    work(client_, until=NOW)
    be_refused(client_, NOW + HOUR)

    assert alerts_at(NOW + 2 * HOUR) == [REFUSED]
    assert alerts_at(NOW + 4 * HOUR) == []


def test_secret_used_from_a_new_address_gets_one_alert_a_day(client_: Client) -> None:
    get_token(client_, NOW)
    get_token(client_, NOW + HOUR, address="192.0.2.2")  # the first day teaches
    assert alerts_at(NOW + HOUR) == []

    get_token(client_, NOW + 2 * DAY, address="198.51.100.7")
    assert alerts_at(NOW + 2 * DAY) == [MOVED]
    for address in ("192.0.2.2", "198.51.100.7", "198.51.100.8"):
        get_token(client_, NOW + 2 * DAY + HOUR, address=address)
    assert alerts_at(NOW + 2 * DAY + HOUR) == []

    assert alerts_at(NOW + 4 * DAY) == []
    get_token(client_, NOW + 4 * DAY, address="198.51.100.8")
    assert alerts_at(NOW + 4 * DAY) == []  # known by now
    get_token(client_, NOW + 4 * DAY, address="198.51.100.9")
    assert alerts_at(NOW + 4 * DAY) == [MOVED]


def test_rare_use_between_frequent_ones_is_noticed(client_: Client) -> None:
    """Each hourly row keeps only the last address."""
    get_token(client_, NOW)
    assert alerts_at(NOW) == []

    for address in ("192.0.2.1", "198.51.100.7", "192.0.2.1"):
        get_token(client_, NOW + 2 * DAY, address=address)

    assert alerts_at(NOW + 2 * DAY) == [MOVED]


def test_secret_behind_many_addresses_gets_no_alert_and_few_rows(client_: Client) -> None:
    for number in range(12):
        get_token(client_, NOW, address=f"192.0.2.{number + 1}")
    assert alerts_at(NOW) == []

    for number in range(40):
        get_token(client_, NOW + 2 * DAY, address=f"198.51.100.{number + 1}")

    assert alerts_at(NOW + 2 * DAY) == []
    assert SecretAddress.objects.count() == 20


def test_addresses_of_one_ipv6_network_are_one_place(client_: Client) -> None:
    get_token(client_, NOW, address="2001:db8::1")
    assert alerts_at(NOW) == []

    get_token(client_, NOW + 2 * DAY, address="2001:db8::8d3f:1")
    assert alerts_at(NOW + 2 * DAY) == []
    get_token(client_, NOW + 2 * DAY, address="2001:db8:0:1::1")
    assert alerts_at(NOW + 2 * DAY) == [MOVED]


def test_secret_that_was_used_long_before_addresses_were_kept_learns_first(client_: Client) -> None:
    work(client_, until=NOW)
    SecretAddress.objects.all().delete()
    addresses.written.clear()

    get_token(client_, NOW + 40 * DAY)
    get_token(client_, NOW + 40 * DAY + HOUR, address="198.51.100.7")

    assert MOVED not in alerts_at(NOW + 40 * DAY + HOUR)


def test_secret_unused_for_a_year_is_expected_where_it_was_used_last(client_: Client) -> None:
    get_token(client_, NOW)
    assert alerts_at(NOW) == []
    remove_old(now=NOW + 365 * DAY)

    get_token(client_, NOW + 365 * DAY, address="198.51.100.7")

    assert alerts_at(NOW + 365 * DAY) == [MOVED]


def test_rotated_secret_is_expected_where_the_client_was(client_: Client) -> None:
    get_token(client_, NOW)
    assert alerts_at(NOW) == []
    (new,) = insert_secrets(client_, 1)
    get_token(client_, NOW + DAY, secret=new.pk, address="198.51.100.7")
    assert alerts_at(NOW + DAY) == []

    get_token(client_, NOW + 4 * DAY, secret=new.pk)
    assert alerts_at(NOW + 4 * DAY) == []


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
