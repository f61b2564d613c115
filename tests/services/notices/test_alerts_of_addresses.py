"""Alerts on a secret that is used from another address than usually."""

from datetime import timedelta

import pytest

from clients_app.models import Client, Delivery, SecretAddress
from clients_app.services.notices import deliveries
from clients_app.services.retention import remove_old
from clients_app.services.tokens.credentials import IDENTITY, KEY, Credential
from clients_app.services.usage import addresses
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_secrets
from tests.moments import NOW
from tests.services.notices.alert_cases import HOME, HOUR, alerts_at, get_token, work
from tests.sinks import MailSink

DAY = timedelta(days=1)
MOVED = ("Pumps", "new-address")

pytestmark = pytest.mark.usefixtures("nothing_counted", "mara", "sink")


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


def test_key_from_a_new_address_is_told_and_an_identity_is_not(
    client_: Client, sink: MailSink
) -> None:
    """The jobs of a platform run anywhere."""
    [key] = insert_keys(client_, 1, description="Gateway 7")
    [identity] = insert_identities(client_, 1)
    ways = Credential(IDENTITY, identity.pk), Credential(KEY, key.pk)
    for day, address in ((0, HOME), (2, "198.51.100.7")):
        for way, told in zip(ways, ([], [MOVED] if day else []), strict=True):
            get_token(client_, NOW + day * DAY, address=address, credential=way)
            assert alerts_at(NOW + day * DAY) == told

    places = SecretAddress.objects.order_by("pk")
    assert [(row.key_id, row.address) for row in places] == [
        (key.pk, HOME),
        (key.pk, "198.51.100.7"),
    ]
    sent = Delivery.objects.get(recipient="mara@herons.example")
    assert sent.alerts[0]["secret"] is None
    assert sent.alerts[0]["key"]["key_id"] == key.pk
    deliveries.attempt(sent.pk, now=NOW + 2 * DAY)
    text = sink.received[0].get_body(("plain",)).get_content()
    assert "* Pumps: public key Gateway 7\n" in text


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
