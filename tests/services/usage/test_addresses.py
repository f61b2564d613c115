"""Where secrets are used: few statements, and bounded memory."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import SecretAddress
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import addresses
from tests.conftest import Machine

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_noted_before() -> None:
    addresses.used.take()
    addresses.written.clear()


def note(machine: Machine, at: datetime, address: str = "192.0.2.1") -> None:
    hour = int(at.timestamp()) // 3600
    addresses.note(Credential.of_secret(machine.secret.pk), address, hour=hour, now=at)


def statements_of_a_flush() -> int:
    with CaptureQueriesContext(connection) as captured:
        addresses.flush()
    return len(captured)


def rows() -> list[tuple[str, datetime, datetime]]:
    found = SecretAddress.objects.order_by("address")
    return list(found.values_list("address", "first_at", "last_at"))


def test_address_is_written_once_an_hour(machine: Machine) -> None:
    last = AT + timedelta(minutes=59)
    note(machine, AT)
    assert statements_of_a_flush() > 0

    note(machine, last)
    assert statements_of_a_flush() == 0
    assert rows() == [("192.0.2.1", AT, AT)]

    note(machine, AT + timedelta(hours=1))
    addresses.flush()
    assert rows() == [("192.0.2.1", AT, AT + timedelta(hours=1))]


def test_addresses_of_a_network_share_a_row(machine: Machine) -> None:
    note(machine, AT, "2001:db8::1")
    note(machine, AT + timedelta(seconds=9), "2001:db8::2")
    addresses.flush()

    assert rows() == [("2001:db8::", AT, AT + timedelta(seconds=9))]


def test_unknown_address_is_not_noted(machine: Machine) -> None:
    note(machine, AT, "")

    assert statements_of_a_flush() == 0


def test_addresses_in_memory_are_bounded_and_noted_later(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "WAITING_MAX", 2)
    for number in (1, 2, 3):
        note(machine, AT, f"192.0.2.{number}")
    addresses.flush()
    assert len(rows()) == 2

    note(machine, AT, "192.0.2.3")
    addresses.flush()
    assert len(rows()) == 3
