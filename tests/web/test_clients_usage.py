"""How all clients of a tenant are used: one chart in the pane beside the list."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients_app.models import Client, TenantHour
from clients_app.services.tokens.credentials import Credential
from clients_app.services.usage import counts
from tests.factories import insert_clients
from tests.responses import HTMX, is_page, text_of

USAGE = "/security/clients/usage"
PANE = {**HTMX, "HX-Target": "details"}


def issue(machine, now, times):
    for _ in range(times):
        counts.count_token(
            str(machine.client.pk),
            Credential.of_secret(machine.secret.pk),
            lifetime_s=60,
            address="192.0.2.1",
            now=now,
        )
    counts.flush()


def test_usage_shows_what_all_clients_of_the_tenant_requested(
    administrator_browser, colleague_browser, stranger_browser, machine, tenant, now
):
    issue(machine, now, 3)
    hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    TenantHour.objects.create(tenant=tenant, hour=hour, tokens=1_000_000, refused=7)

    for browser in (administrator_browser, colleague_browser):
        assert "Tokens 1,000,003, Refused 7." in text_of(browser.get(USAGE))
    assert "No token requests in this period." in text_of(stranger_browser.get(USAGE))


@pytest.mark.both_databases
def test_usage_is_a_page_with_the_list_beside_it(administrator_browser, machine):
    text = text_of(administrator_browser.get(f"{USAGE}?q=wind&period=7d"))

    assert f"row-{machine.client.pk}" in text
    assert f'href="{USAGE}?q=wind&amp;period=30d"' in text
    assert 'aria-label="Close Details"' in text
    assert 'href="/security/clients?q=wind"' in text


def test_usage_with_htmx_is_a_fragment(administrator_browser):
    reply = administrator_browser.get(USAGE, headers=PANE)

    assert not is_page(reply)
    assert 'id="list"' not in text_of(reply)


@pytest.mark.parametrize("query", ["", "?q=wind"])
def test_list_leads_to_usage_and_keeps_its_filter(administrator_browser, machine, query):
    text = text_of(administrator_browser.get(f"/security/clients{query}"))

    assert f'hx-get="{USAGE}{query}"' in text


def test_list_without_clients_does_not_lead_to_usage(administrator_browser):
    assert Client.objects.count() == 0
    assert USAGE not in text_of(administrator_browser.get("/security/clients"))


def test_usage_query_count_does_not_grow_with_clients(administrator_browser, tenant, now):
    def query_count():
        with CaptureQueriesContext(connection) as seen:
            administrator_browser.get(USAGE, headers=PANE)
        return len(seen)

    query_count()  # what the session asks once
    before = query_count()
    insert_clients([f"Pump {number}" for number in range(60)], tenant)
    for hours in range(24):
        hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
        TenantHour.objects.create(tenant=tenant, hour=hour, tokens=5)

    assert query_count() == before


def test_usage_is_asked_for_again_and_answers_with_the_period_once_a_minute(
    administrator_browser, machine, now, time_machine
):
    time_machine.move_to(now.replace(second=1), tick=False)
    page = text_of(administrator_browser.get(f"{USAGE}?period=7d&q=pump"))
    (address,) = re.findall(r'data-poll hidden hx-get="([^"]*)"[^>]*hx-target="#details"', page)
    address = html.unescape(address)
    assert address.startswith(f"{USAGE}/live?q=pump&period=7d&since=")
    assert administrator_browser.get(address, headers=PANE).status_code == 204

    issue(machine, timezone.now(), 5)
    time_machine.shift(60)
    reply = administrator_browser.get(address, headers=PANE)
    assert "Tokens 5, Refused 0." in text_of(reply)
    assert 'aria-current="true"' in text_of(reply)
    assert not is_page(reply)
