"""/metrics: for operators with a token."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients_app.models import Delivery, Tenant
from portal.version import VERSION
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, make_tenant
from tests.ops.test_health_and_metrics import broken_database

TOKEN = "a-token-of-the-operator"


BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_metrics_without_a_configured_token_are_not_found(probe: Browser, db: None) -> None:
    assert probe.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ä"]
)
def test_metrics_with_a_wrong_token_give_401(
    probe: Browser, administrator_browser: Browser, settings: Any, header: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    for asking in (probe, administrator_browser):
        reply = asking.get("/metrics", headers={"Authorization": header} if header else {})
        assert (reply.status_code, reply.content) == (401, b"")
        assert reply["WWW-Authenticate"] == 'Bearer realm="metrics"'


def test_metrics_count_secrets_by_expiry(
    probe: Browser, tenant: Tenant, now: datetime, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN
    other = make_tenant("Cranes GmbH")
    (client,) = insert_clients(["Pumps"], tenant)
    for days in (0.5, 6, 13, 29, 31, -1, -91):
        insert_secrets(client, 1, expires_at=now + timedelta(days=days))
    insert_secrets(client, 2, expires_at=None)
    insert_secrets(client, 1, expires_at=now + timedelta(days=2), removed_at=now)
    insert_secrets(insert_clients(["Weather"], other)[0], 3)
    made = {"created_at": now, "try_at": now, "tenant": tenant, "channel": "mail"}
    Delivery.objects.create(recipient="a@b.example", state="failed", **made)

    reply = probe.get("/metrics", headers=BEARER)

    assert reply.status_code == 200
    assert reply["Content-Type"].startswith("text/plain; version=1.0.0")
    lines = set(reply.content.decode().splitlines())
    of = f'tenant="{tenant.pk}"'
    assert {
        f'portal_info{{version="{VERSION}"}} 1.0',
        f"portal_secrets_live{{{of}}} 7.0",
        f"portal_secrets_never_expiring{{{of}}} 2.0",
        f"portal_secrets_expired{{{of}}} 1.0",
        f'portal_secrets_expiring{{{of},within_days="1"}} 1.0',
        f'portal_secrets_expiring{{{of},within_days="7"}} 2.0',
        f'portal_secrets_expiring{{{of},within_days="14"}} 3.0',
        f'portal_secrets_expiring{{{of},within_days="30"}} 4.0',
        f'portal_notices{{channel="mail",state="failed",{of}}} 1.0',
        f'portal_secrets_live{{tenant="{other.pk}"}} 3.0',
    } <= lines


def test_metrics_count_keys_and_identities_by_expiry(
    probe: Browser, tenant: Tenant, now: datetime, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN
    (client,) = insert_clients(["Pumps"], tenant)
    ends = [now + timedelta(days=days) for days in (0.5, 6, -1, -91)]
    long_ago = now - timedelta(days=200)
    old, *_others = (
        insert_keys(client, 1, expires_at=end, thumbprint=str(end), created_at=long_ago)[0]
        for end in ends
    )
    insert_keys(client, 1, thumbprint="new", replaces=old)
    insert_identities(client, 2, expires_at=None)
    insert_identities(client, 1, expires_at=now + timedelta(days=2), removed_at=now)

    lines = probe.get("/metrics", headers=BEARER).content.decode().splitlines()

    values = {}
    for line in lines:
        if line.startswith("portal_credentials_"):
            name, _, value = line.partition(" ")
            values[name.replace(f',tenant="{tenant.pk}"', "")] = float(value)
    next_key = values.pop('portal_credentials_next_expiry_seconds{kind="key"}')
    assert 5.9 * 86_400 < next_key <= 6 * 86_400
    assert {name: value for name, value in values.items() if value} == {
        'portal_credentials_live{kind="key"}': 3.0,
        'portal_credentials_live{kind="identity"}': 2.0,
        'portal_credentials_expired{kind="key"}': 1.0,
        'portal_credentials_expiring{kind="key",within_days="7"}': 1.0,
        'portal_credentials_expiring{kind="key",within_days="14"}': 1.0,
        'portal_credentials_expiring{kind="key",within_days="30"}': 1.0,
    }


@pytest.mark.usefixtures("key")
def test_metrics_take_as_many_queries_however_many_clients(
    probe: Browser, tenant: Tenant, now: datetime, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN
    probe.get("/metrics", headers=BEARER)  # loads the signing key
    counts = []
    for names in (["Pumps"], ["Weather", "Valves", "Locks"]):
        for client in insert_clients(names, tenant):
            insert_secrets(client, 3)
        with CaptureQueriesContext(connection) as queries:
            assert probe.get("/metrics", headers=BEARER).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] < 16


@pytest.mark.usefixtures("key")
def test_metrics_say_when_secrets_expire_and_keys_change(
    probe: Browser, tenant: Tenant, now: datetime, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN
    (client,) = insert_clients(["Pumps"], tenant)
    for days in (-1, 3, 30):
        insert_secrets(client, 1, expires_at=now + timedelta(days=days))

    shown = probe.get("/metrics", headers=BEARER).content.decode()

    def value_of(metric: str) -> float:
        return float(shown.partition(f"\n{metric} ")[2].split()[0])

    of = f'tenant="{tenant.pk}"'
    assert 0 < 3 * 86_400 - value_of(f"portal_secrets_next_expiry_seconds{{{of}}}") < 3_600
    assert 0 <= value_of('portal_signing_key_age_seconds{state="active"}') < 3_600
    left = value_of('portal_signing_key_change_seconds{state="active"}')
    assert 0 <= settings.KEY_ROTATION_DAYS * 86_400 - left < 3_600
    assert value_of("portal_disk_free_bytes") <= value_of("portal_disk_size_bytes")
    assert value_of('portal_ready{what="tokens"}') == value_of('portal_ready{what="changes"}') == 1


@pytest.mark.usefixtures("key")
def test_metrics_without_a_database_say_so(
    probe: Browser, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", broken_database)
    monkeypatch.setattr(connection, "close", lambda: None)

    reply = probe.get("/metrics", headers=BEARER)

    assert reply.status_code == 200
    assert b'portal_ready{what="tokens"} 0.0\n' in reply.content
    assert b"portal_info" in reply.content
    assert b"portal_secrets_live{" not in reply.content
