"""What the worker rolls up and removes, and what stays (LOG-5)."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings

from clients_app.models import (
    Api,
    ApiHour,
    ApiUsage,
    Authorization,
    AuthorizationCode,
    Client,
    ClientSecret,
    Person,
    RefreshToken,
    RefusedHour,
    SecretAddress,
    Session,
    Tenant,
    TenantHour,
    TokenRefusal,
    TokenUsage,
    UsedFormKey,
)
from clients_app.services import retention
from clients_app.services.housekeeping import WORKER_CHORES
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, insert_usage, make_client

NOW = datetime(2027, 6, 15, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2027, 6, 15, tzinfo=UTC)


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant).client


def used(
    secret: ClientSecret, hour: datetime, tokens: int = 1, *, minute: int = 5, is_day: bool = False
) -> None:
    last = {"last_at": hour + timedelta(minutes=minute), "last_address": f"192.0.2.{hour.hour}"}
    insert_usage(secret, hour, tokens=tokens, is_day=is_day, **last)


def test_hours_of_a_day_become_one_row_after_90_days(client: Client) -> None:
    one, two = client.secrets.get(), insert_secrets(client, 1)[0]
    old, last_hourly = MIDNIGHT - 91 * DAY, MIDNIGHT - 90 * DAY
    used(one, old, 3)
    used(one, old + timedelta(hours=23), 4)
    used(two, old + timedelta(hours=7), 5)
    used(one, last_hourly, 1)
    used(one, old + timedelta(hours=22), 2)

    for _ in range(2):  # the second time, nothing is left to do
        retention.roll_up_usage(now=NOW)

    rows = TokenUsage.objects.order_by("hour", "secret_id")
    assert list(rows.values_list("secret", "hour", "is_day", "tokens", "last_address")) == [
        (one.pk, old, True, 9, "192.0.2.23"),
        (two.pk, old, True, 5, "192.0.2.7"),
        (one.pk, last_hourly, False, 1, "192.0.2.0"),
    ]
    assert rows.order_by("secret_id", "hour").first().last_at == old + timedelta(
        hours=23, minutes=5
    )


def test_hours_of_keys_and_identities_are_rolled_up_apart(client: Client) -> None:
    secret, key, identity = (
        insert_secrets(client, 1)[0],
        insert_keys(client, 1)[0],
        insert_identities(client, 1)[0],
    )
    ways: list[dict[str, Any]] = [{"secret": secret}, {"key": key}, {"identity": identity}, {}]
    for hours in (1, 2):
        at = MIDNIGHT - 91 * DAY + timedelta(hours=hours)
        for way in ways:
            TokenUsage.objects.create(client=client, hour=at, tokens=3, last_at=at, **way)

    retention.roll_up_usage(now=NOW)

    assert sorted(TokenUsage.objects.values_list("tokens", "is_day")) == [(6, True)] * 4
    later = NOW + 400 * DAY
    TokenUsage.objects.create(client=client, key=key, hour=NOW, tokens=1, last_at=NOW)
    retention.remove_old(now=later)
    kept = TokenUsage.objects.values_list("secret", "key", "identity", "tokens")
    assert set(kept) == {
        (secret.pk, None, None, 6),
        (None, key.pk, None, 1),
        (None, None, identity.pk, 6),
        (None, None, None, 6),
    }


def test_more_clients_than_one_batch_are_rolled_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "CLIENTS", 2)
    others = insert_clients(["Pump 2", "Pump 3", "Pump 4"], client.tenant)
    for secret in [insert_secrets(one, 1)[0] for one in (client, *others)] + insert_secrets(
        client, 1
    ):
        for hours in (1, 2):
            used(secret, MIDNIGHT - 200 * DAY + timedelta(hours=hours))

    retention.roll_up_usage(now=NOW)

    assert list(TokenUsage.objects.values_list("tokens", "is_day")) == [(2, True)] * 5


def test_hours_of_charts_go_after_35_days(client: Client) -> None:
    kept, gone = NOW - 35 * DAY, NOW - 35 * DAY - timedelta(seconds=1)
    for hour in (kept, gone):
        RefusedHour.objects.create(client=client, hour=hour, requests=1)
        TenantHour.objects.create(tenant_id=client.tenant_id, hour=hour, tokens=1)

    retention.remove_old(now=NOW)

    assert RefusedHour.objects.get().hour == TenantHour.objects.get().hour == kept


def test_counts_by_api_are_kept_as_long_as_screens_show_them(client: Client) -> None:
    api = Api.objects.get(pk=client.tenant_id)
    asked = {"client": client, "api": api, "scope": "", "is_named": False, "tokens": 1}
    for days in (90, 91):
        ApiUsage.objects.create(hour=NOW - days * DAY, last_at=NOW, **asked)
    for days in (35, 36):
        ApiHour.objects.create(api=api, hour=NOW - days * DAY, tokens=1)

    retention.remove_old(now=NOW)

    assert ApiUsage.objects.get().hour == NOW - 90 * DAY
    assert ApiHour.objects.get().hour == NOW - 35 * DAY


def test_counts_go_after_400_days_but_the_last_of_a_secret_stays(client: Client) -> None:
    busy, idle = client.secrets.get(), insert_secrets(client, 1)[0]
    for days in (500, 401, 400):
        used(busy, MIDNIGHT - days * DAY, is_day=True)
    used(idle, MIDNIGHT - 600 * DAY, is_day=True)
    for days in (401, 399):
        TokenRefusal.objects.create(
            client=client,
            cause=TokenRefusal.Cause.UNKNOWN_SECRET,
            day=(NOW - days * DAY).date(),
            requests=1,
            first_at=NOW - days * DAY,
            last_at=NOW - days * DAY,
        )

    retention.remove_old(now=NOW)

    kept = TokenUsage.objects.order_by("secret_id", "hour").values_list("secret", "hour")
    assert list(kept) == [
        (busy.pk, MIDNIGHT - 400 * DAY),
        (idle.pk, MIDNIGHT - 600 * DAY),
    ]
    assert [row.last_at for row in TokenRefusal.objects.all()] == [NOW - 399 * DAY]


def test_addresses_go_after_90_days_but_the_last_of_a_secret_stays(client: Client) -> None:
    one, two = client.secrets.get(), insert_secrets(client, 1)[0]
    for secret, address, days in (
        *((one, "192.0.2.1", 91), (one, "192.0.2.2", 89)),
        *((two, "192.0.2.3", 200), (two, "192.0.2.4", 100)),
    ):
        at = NOW - days * DAY
        SecretAddress.objects.create(secret=secret, address=address, first_at=at, last_at=at)

    retention.remove_old(now=NOW)

    kept = SecretAddress.objects.order_by("address").values_list("address", flat=True)
    assert list(kept) == ["192.0.2.2", "192.0.2.4"]


def test_used_form_keys_and_ended_sessions_go(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS", 2)
    for number in range(5):
        days = 29 if number == 0 else 31
        UsedFormKey.objects.create(
            tenant=client.tenant, actor_id="x", key=f"k{number}", client=client,
            used_at=NOW - days * DAY,
        )  # fmt: skip
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for _ in range(2):
        session = store()
        session["x"] = 1
        session.save()
    ended = Session.objects.first()
    Session.objects.filter(pk=ended.pk).update(expire_date=datetime(2026, 1, 1, tzinfo=UTC))

    retention.remove_old(now=NOW)

    assert [row.key for row in UsedFormKey.objects.all()] == ["k0"]
    assert Session.objects.count() == 1
    assert not Session.objects.filter(pk=ended.pk).exists()


def test_the_worker_does_this(client: Client) -> None:
    used(client.secrets.get(), datetime(2020, 1, 1, 5, tzinfo=UTC))
    used(client.secrets.get(), datetime(2020, 1, 1, 6, tzinfo=UTC))

    next(chore for chore in WORKER_CHORES if chore.name == "retention").do()

    assert [row.is_day for row in TokenUsage.objects.all()] == [True]


def test_authorizations_go_a_day_after_their_last_token_can_be_issued(
    client: Client, administrator: Person
) -> None:
    """Until then, a code or refresh token that is used again is recognized."""
    values = {"client": client, "person": administrator, "access_version": 1}
    for ends_at in (NOW - DAY, NOW - DAY - timedelta(seconds=1)):
        one = Authorization.objects.create(
            auth_time=NOW, created_at=NOW, expires_at=ends_at, **values
        )
        AuthorizationCode.objects.create(
            digest=str(one.pk), authorization=one, redirect_uri="https://a/", expires_at=NOW
        )
        for name, until in (("old", ends_at), ("new", NOW)):
            RefreshToken.objects.create(
                digest=f"{name} {one.pk}", authorization=one, issued_at=NOW, expires_at=until
            )

    retention.remove_old(now=NOW)

    kept = Authorization.objects.get()
    assert kept.expires_at == NOW - DAY
    assert AuthorizationCode.objects.get().authorization == kept
    assert RefreshToken.objects.count() == 2
