"""Tokens of clients without secrets are counted, charted and healthy like those of others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients_app.models import ApiUsage, Client, Tenant, TenantHour, TokenRefusal, TokenUsage
from clients_app.rules.chart_slots import Period, slots_of
from clients_app.rules.health import Health
from clients_app.selectors.clients.charts import client_counts, week_of_clients
from clients_app.selectors.clients.usage import client_summary
from clients_app.services import retention
from clients_app.services.signing_keys.rotation import ensure_active_key
from clients_app.services.usage import counts
from tests.factories import let_call
from tests.oauth import wsgi
from tests.oauth.people import People
from tests.oauth.wsgi import form


@pytest.fixture
def people(tenant: Tenant) -> People:
    ensure_active_key(now=timezone.now())
    return People(tenant, lambda **parts: wsgi.through_django(wsgi.environ(**parts)))


def row_of(people: People) -> Client:
    found: Client = Client.objects.get(pk=people.public.id)
    return found


def test_tokens_for_people_are_counted_by_hour(people: People):
    first = people.signed_in()
    counts.flush()
    people.refresh(first["refresh_token"])
    counts.flush()

    now = timezone.now()
    usage = TokenUsage.objects.get()
    assert (str(usage.client_id), usage.secret_id, usage.tokens) == (people.public.id, None, 2)
    assert usage.last_address == "192.0.2.7"
    client = row_of(people)
    assert client.last_token_at is not None
    assert client.last_token_expires_at - client.last_token_at == timedelta(hours=1)
    assert client.health(now) is Health.WORKING
    assert client_summary(client, now=now).tokens_7_days == 2
    slots = slots_of(Period.DAY, now=now, zone=timezone.get_current_timezone())
    assert sum(map(sum, client_counts(client, slots).tokens.values())) == 2
    assert week_of_clients([client.pk], now=now)[client.pk][-1] == (2, 0)
    assert TenantHour.objects.get().tokens == 2
    assert ApiUsage.objects.get().tokens == 2
    assert ApiUsage.objects.get().scope == "read"


def test_tokens_about_people_alone_are_counted_for_no_api(people: People):
    people.signed_in(scope="openid")
    counts.flush()

    assert TokenUsage.objects.get().tokens == 1
    assert not ApiUsage.objects.exists()


def test_refused_code_makes_the_client_fail_until_its_next_token(people: People):
    people.redeem("x")
    counts.flush()
    assert row_of(people).health(timezone.now()) is Health.FAILING
    assert TokenRefusal.objects.get().cause == "invalid-grant"

    people.signed_in()
    counts.flush()
    assert row_of(people).health(timezone.now()) is Health.WORKING


def test_request_of_a_disabled_public_client_says_that_it_is_disabled(people: People):
    Client.objects.filter(pk=people.public.id).update(is_enabled=False)
    people.redeem("x")
    counts.flush()

    assert TokenRefusal.objects.get().cause == "client-disabled"


def test_request_without_the_secret_that_a_client_has_says_so(people: People):
    people.ask(body=form(grant_type="authorization_code", client_id=people.hybrid.id))
    counts.flush()

    assert TokenRefusal.objects.get().cause == "no-secret"


def test_client_that_calls_no_api_can_still_get_tokens_about_people(people: People):
    let_call(people.public.row, built_in=False)

    assert row_of(people).can_request_tokens(timezone.now())
    assert people.signed_in(scope="openid")["access_token"]


def test_old_hours_become_days_and_go(people: People):
    client, now = people.public.row, timezone.now()
    start = (now - timedelta(days=100)).replace(hour=0, minute=0, second=0, microsecond=0)
    for hour in (1, 2):
        at = start + timedelta(hours=hour)
        TokenUsage.objects.create(client=client, hour=at, tokens=3, last_at=at)
    retention.roll_up_usage(now=now)

    day = TokenUsage.objects.get()
    assert (day.is_day, day.tokens, day.secret_id) == (True, 6, None)
    TokenUsage.objects.create(client=client, hour=now, tokens=1, last_at=now)
    retention.remove_old(now=now + timedelta(days=301))
    assert TokenUsage.objects.get().tokens == 1
