"""Refused token requests: grouped by client, reason and secret; memory is bounded."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from clients_app.models import Client, RefusedHour, TenantHour, TokenRefusal
from clients_app.rules.secret_format import new_secret
from clients_app.selectors.clients.usage import client_summary, refusals_of
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import refused_requests
from clients_app.services.usage.refused_requests import SECRETS_MAX, STRANGERS_MAX, Cause
from tests.conftest import Machine

AT = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    refused_requests.refused.take()
    yield
    refused_requests.refused.take()


def refuse(
    machine: Machine, plain: str, *, at: datetime = AT, address: str = "192.0.2.1", **more
) -> None:
    refused_requests.count_refused_secret(
        machine.client.pk, plain, is_known=True, address=address, now=at, **more
    )


def causes() -> list[tuple[str, int | None, int]]:
    return list(TokenRefusal.objects.order_by("pk").values_list("cause", "secret_id", "requests"))


def test_unknown_secrets_are_one_group(machine: Machine):
    for minute in range(3):
        refuse(
            machine,
            new_secret(),
            at=AT + timedelta(minutes=minute),
            address=f"192.0.2.{minute}",
        )

    refused_requests.flush()

    [group] = refusals_of(machine.client, now=AT)
    assert (group.cause, group.requests, group.secret) == (Cause.UNKNOWN_SECRET, 3, None)
    assert (group.first_at, group.last_at) == (AT, AT + timedelta(minutes=2))
    assert group.last_address == "192.0.2.2"
    assert client_summary(machine.client, now=AT).refused_7_days == 3


def test_client_keeps_when_it_was_last_refused(machine: Machine):
    for at in (AT, AT - timedelta(minutes=5)):  # the second from a slower process
        refuse(machine, new_secret(), at=at)
        refused_requests.flush()

    assert Client.objects.get().last_refused_at == AT

    refuse(machine, new_secret(), at=AT + timedelta(days=1))
    refuse(machine, machine.plain, at=AT + timedelta(hours=1))
    refused_requests.flush()

    assert Client.objects.get().last_refused_at == AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("row", "field", "value", "cause"),
    [
        ("secret", "expires_at", AT, Cause.SECRET_EXPIRED),
        ("secret", "removed_at", AT, Cause.SECRET_REMOVED),
        ("client", "is_enabled", False, Cause.CLIENT_DISABLED),
        ("client", "removed_at", AT, Cause.CLIENT_REMOVED),
        ("client", "is_enabled", True, Cause.CLIENT_DISABLED),  # it was disabled until now
    ],
)
def test_a_known_secret_is_named(machine: Machine, row: str, field: str, value, cause: str):
    machine.secret.created_at = AT - timedelta(days=1)
    machine.secret.save()
    changed = getattr(machine, row)
    setattr(changed, field, value)
    changed.save()
    refuse(machine, machine.plain)

    refused_requests.flush()

    [group] = refusals_of(machine.client, now=AT)
    assert (group.cause, group.requests) == (cause, 1)
    assert group.secret.last_four == machine.plain[-4:]


def test_hours_of_client_and_tenant_add_up_every_cause(machine: Machine):
    for at in (AT, AT + timedelta(minutes=25), AT + timedelta(minutes=26)):
        refuse(machine, new_secret(), at=at)
    refused_requests.flush()
    refuse(machine, machine.plain[:-1])
    refused_requests.count_unproved_request(machine.client.pk, "invalid_client", address="", now=AT)
    refused_requests.flush()

    hours = [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), 4),
        (datetime(2026, 11, 23, 13, tzinfo=UTC), 1),
    ]
    of_client = RefusedHour.objects.filter(client=machine.client).order_by("hour")
    of_tenant = TenantHour.objects.filter(tenant=machine.client.tenant_id).order_by("hour")
    assert list(of_client.values_list("hour", "requests")) == hours
    assert list(of_tenant.values_list("hour", "refused")) == hours


def test_batches_of_a_day_add_up(machine: Machine):
    for at in (AT, AT, AT + timedelta(days=1)):
        refuse(machine, new_secret(), at=at)
        refused_requests.flush()

    assert causes() == [(Cause.UNKNOWN_SECRET, None, 2), (Cause.UNKNOWN_SECRET, None, 1)]


def test_requests_refused_after_authentication(machine: Machine):
    client_id = str(machine.client.pk)
    for error in ("invalid_scope", "unauthorized_client", "unsupported_grant_type", "no_such"):
        refused_requests.count_refused_request(
            client_id, Credential.of_secret(machine.secret.pk), error, address="", now=AT
        )

    refused_requests.flush()

    assert {(cause, secret) for cause, secret, _ in causes()} == {
        (Cause.INVALID_SCOPE, machine.secret.pk),
        (Cause.UNAUTHORIZED_CLIENT, machine.secret.pk),
        (Cause.UNSUPPORTED_GRANT_TYPE, machine.secret.pk),
    }


def test_unknown_clients_take_no_memory_and_no_rows(machine: Machine):
    for _ in range(STRANGERS_MAX + 50):
        refused_requests.count_refused_secret(
            uuid4(), new_secret(), is_known=False, address="192.0.2.9", now=AT
        )
    assert len(refused_requests.refused) == STRANGERS_MAX
    refuse(machine, new_secret())

    refused_requests.flush()

    assert causes() == [(Cause.UNKNOWN_SECRET, None, 1)]


@pytest.mark.parametrize("known", [0, STRANGERS_MAX - 1, STRANGERS_MAX, STRANGERS_MAX + 1])
def test_strangers_are_counted_only_while_there_is_room(machine: Machine, known: int):
    for _ in range(known):
        refuse(machine, new_secret())
    stranger = {"address": "192.0.2.9", "now": AT}
    for client_id in (uuid4(), uuid4()):
        refused_requests.count_unproved_request(client_id, "invalid_request", **stranger)
        refused_requests.count_refused_secret(uuid4(), new_secret(), is_known=False, **stranger)

    room = max(0, STRANGERS_MAX - known)
    assert len(refused_requests.refused) == known + min(4, room)


def test_flood_against_one_client_is_counted_completely(machine: Machine):
    for _ in range(SECRETS_MAX + 500):
        refuse(machine, new_secret())
    assert len(refused_requests.refused) == SECRETS_MAX + 1

    refused_requests.flush()

    assert causes() == [(Cause.UNKNOWN_SECRET, None, SECRETS_MAX + 500)]


def test_the_text_of_a_secret_is_not_kept(machine: Machine):
    plain = new_secret()
    refuse(machine, plain)

    kept = repr(refused_requests.refused.take())
    assert str(machine.client.pk) in kept
    assert plain not in kept


def test_groups_older_than_ninety_days_are_hidden(machine: Machine):
    refuse(machine, new_secret())
    refused_requests.flush()

    assert refusals_of(machine.client, now=AT + timedelta(days=89)) != []
    assert refusals_of(machine.client, now=AT + timedelta(days=90)) == []
