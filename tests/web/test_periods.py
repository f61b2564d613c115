"""Periods that people see end exactly when they should: one microsecond before, at, and after."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client as Browser

from clients_app.models import Client, ClientSecret, Person, Tenant
from clients_app.services.roles.roles import add_role
from tests.actors import actor_for
from tests.conftest import Machine, browser_of
from tests.factories import insert_clients, insert_secrets
from tests.responses import text_of
from tests.web.activity_rows import list_events
from tests.web.conftest import record_use
from tests.web.test_calendar import new_calendar_path, summaries

pytestmark = pytest.mark.both_databases

TICK = timedelta.resolution
DAY = timedelta(days=1)
LIST = "/security/clients"


@pytest.fixture
def now(now: datetime) -> Iterator[datetime]:
    """A moment at which the clock stands still; a whole second, which a float holds exactly."""
    now = now.replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        yield now


@pytest.fixture
def mara(administrator: Person, now: datetime) -> Browser:
    """The administrator's browser, signed in at that moment."""
    return browser_of(administrator)


@pytest.mark.parametrize(("ago", "can_restore"), [(30 * DAY - TICK, True), (30 * DAY, False)])
def test_restore_is_offered_for_30_days_at_every_door(
    mara: Browser, machine: Machine, now: datetime, ago: timedelta, can_restore: bool
) -> None:
    client = machine.client
    Client.objects.filter(pk=client.pk).update(removed_at=now - ago)
    status = 200 if can_restore else 404

    assert mara.get(f"{LIST}/{client.pk}/restore").status_code == status
    assert mara.get(f"/admin/clients_app/client/{client.pk}/restore/").status_code == status
    assert ("Wind park reader" in text_of(mara.get(f"{LIST}?show=removed"))) is can_restore
    restored = mara.post(f"{LIST}/{client.pk}/restore")
    assert restored.status_code == (303 if can_restore else 404)
    assert Client.objects.filter(pk=client.pk, removed_at=None).exists() is can_restore


@pytest.mark.parametrize(("left", "is_soon"), [(30 * DAY - TICK, True), (30 * DAY, False)])
def test_secret_needs_attention_within_30_days(
    mara: Browser, tenant: Tenant, now: datetime, left: timedelta, is_soon: bool
) -> None:
    [pump] = insert_clients(["Pump"], tenant)
    insert_secrets(pump, 1, expires_at=now + left)

    assert (">Pump<" in text_of(mara.get(f"{LIST}?show=expiring"))) is is_soon
    assert ("Expires in 30 days" in text_of(mara.get(f"{LIST}/{pump.pk}"))) is is_soon


def insert_expired_secret(tenant: Tenant, expired_at: datetime) -> ClientSecret:
    [pump] = insert_clients(["Pump"], tenant)
    return insert_secrets(pump, 1, expires_at=expired_at, created_at=expired_at - 200 * DAY)[0]


@pytest.mark.parametrize(("ago", "is_shown"), [(30 * DAY - TICK, True), (30 * DAY, False)])
def test_calendar_shows_expirations_of_the_last_30_days(
    mara: Browser, tenant: Tenant, now: datetime, ago: timedelta, is_shown: bool
) -> None:
    insert_expired_secret(tenant, now - ago)

    assert bool(summaries(Browser().get(new_calendar_path(mara)))) is is_shown


@pytest.mark.parametrize(("ago", "is_shown"), [(90 * DAY - TICK, True), (90 * DAY, False)])
def test_expired_secret_is_shown_for_90_days(
    mara: Browser, tenant: Tenant, now: datetime, ago: timedelta, is_shown: bool
) -> None:
    secret = insert_expired_secret(tenant, now - ago)

    assert (">Pump<" in text_of(mara.get(f"{LIST}?show=expired"))) is is_shown
    assert (">Pump<" in text_of(mara.get(f"{LIST}?show=no-secrets"))) is not is_shown
    page = text_of(mara.get(f"{LIST}/{secret.client_id}/secrets"))
    assert (f"/secrets/{secret.pk}/" in page) is is_shown


@pytest.mark.parametrize(
    ("when", "days"), [("day", 1), ("", 7), ("month", 30)], ids=["day", "week", "month"]
)
def test_activity_of_a_period_includes_its_first_moment(
    mara: Browser, administrator: Person, now: datetime, when: str, days: int
) -> None:
    for name, at in (("At", now - days * DAY), ("Before", now - days * DAY - TICK)):
        add_role(name, description="", actor=actor_for(administrator), now=at)

    found = " ".join(list_events(mara, when=when))
    assert "Added role At" in found
    assert "Added role Before" not in found


@pytest.mark.parametrize(("ago", "asks"), [(DAY - TICK, True), (DAY, False)])
def test_name_is_typed_to_remove_a_client_that_was_used_within_24_hours(
    mara: Browser, machine: Machine, now: datetime, ago: timedelta, asks: bool
) -> None:
    Client.objects.filter(pk=machine.client.pk).update(last_token_at=now - ago)

    removed = mara.post(f"{LIST}/{machine.client.pk}/remove")

    assert removed.status_code == (422 if asks else 303)
    assert Client.objects.filter(removed_at=None).exists() is asks


@pytest.mark.parametrize(("ago", "warns"), [(DAY - TICK, True), (DAY, False)])
def test_removal_warns_of_a_secret_that_was_used_within_24_hours_at_every_door(
    mara: Browser, machine: Machine, now: datetime, ago: timedelta, warns: bool
) -> None:
    ClientSecret.objects.update(created_at=now - 100 * DAY)
    record_use(machine.secret, now - ago)

    secret = machine.secret.pk
    for address in (
        f"{LIST}/{machine.client.pk}/secrets/{secret}/remove",
        f"/admin/clients_app/clientsecret/{secret}/remove/",
    ):
        assert ("This secret is in use" in text_of(mara.get(address))) is warns


@pytest.mark.parametrize(("ago", "is_found"), [(365 * DAY + TICK, True), (365 * DAY, False)])
def test_secret_is_old_after_a_year(
    mara: Browser, machine: Machine, now: datetime, ago: timedelta, is_found: bool
) -> None:
    ClientSecret.objects.update(created_at=now - ago)

    assert ("Wind park reader" in text_of(mara.get(f"{LIST}?show=old"))) is is_found


@pytest.mark.parametrize(("ago", "is_found"), [(90 * DAY + TICK, True), (90 * DAY, False)])
def test_client_is_unused_after_90_days(
    mara: Browser, machine: Machine, now: datetime, ago: timedelta, is_found: bool
) -> None:
    created_at = now - 300 * DAY
    Client.objects.update(created_at=created_at, last_token_at=now - ago)

    assert ("Wind park reader" in text_of(mara.get(f"{LIST}?show=unused"))) is is_found
