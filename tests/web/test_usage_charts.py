"""The chart of a client: periods, time zones, rotations and what each person sees (ACS-4)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, ClientSecret, RefusedHour
from tests.factories import insert_clients, insert_secrets
from tests.responses import HTMX, text_of
from tests.web.conftest import record_use

PANE = {**HTMX, "HX-Target": "details"}
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def chart(administrator_browser, address):
    """A function that returns the chart of Details, as the administrator sees it."""

    def chart(query="", browser=administrator_browser):
        text = text_of(browser.get(address(query)))
        return text[text.index("<figure") : text.index("</figure>")]

    return chart


def refuse(client, at, requests):
    hour = at.replace(minute=0, second=0, microsecond=0)
    RefusedHour.objects.create(client=client, hour=hour, requests=requests)


def description(chart):
    return re.search(r"<desc[^>]*>([^<]+)</desc>", chart)[1]


def rows(chart):
    return re.findall(r'<td class="num">([\d,]+)', chart)


def test_chart_shows_tokens_and_refused_requests_of_24_hours(chart, machine, now):
    record_use(machine.secret, now, 1_000_000)
    record_use(machine.secret, now - 23 * HOUR, 41, "198.51.100.7")
    record_use(machine.secret, now - 24 * HOUR, 43)
    refuse(machine.client, now - HOUR, 7)

    shown = chart()

    most = now.replace(minute=0).strftime("%-d %b %Y, %H:%M UTC")
    assert description(shown) == f"Tokens 1,000,041, Refused 7. Most in the hour from {most}."
    assert shown.count('class="bar-tokens" x=') == 2
    assert shown.count('class="bar-refused" x=') == 1
    assert re.findall(r'dy="0.32em">([^<]+)<', shown) == ["0", "500k", "1M"]
    assert "Tokens per hour" in shown
    assert rows(shown) == ["1,000,000", "0", "0", "7", "41", "0"]
    assert "198.51.100.7" in shown


@pytest.mark.parametrize(("period", "left_out"), [("7d", 7), ("30d", 30)])
def test_chart_of_days_ends_today(chart, machine, now, period, left_out):
    for days in (0, left_out - 1, left_out):
        record_use(machine.secret, now - days * DAY, 10 + days)

    shown = chart(f"?period={period}")

    assert rows(shown) == ["10", "0", str(10 + left_out - 1), "0"]
    assert "Tokens per day" in shown
    assert re.search(rf'id="usage-{period}"[^>]* aria-current="true"', shown)


def test_chart_days_are_those_of_the_reader(chart, administrator, machine, now):
    last_hour = now.replace(hour=23) - 2 * DAY
    record_use(machine.secret, last_hour, 5)

    assert f"{last_hour:%-d %b %Y}: Tokens 5" in chart("?period=7d")
    administrator.time_zone = "Asia/Tokyo"
    administrator.save()

    assert f"{last_hour + DAY:%-d %b %Y}: Tokens 5" in chart("?period=7d")


def test_chart_without_requests_says_so(chart):
    shown = chart()

    assert "No token requests in this period." in shown
    assert 'class="plot"' not in shown
    assert shown.count('href="') == 3  # the periods


@pytest.mark.parametrize("query", ["?period=", "?period=1y", "?period=24h"])
def test_chart_with_an_unknown_period_shows_24_hours(chart, query):
    assert re.search(r'id="usage-24h"[^>]* aria-current="true"', chart(query))


@pytest.mark.both_databases
def test_period_keeps_the_list_and_survives_polls(administrator_browser, address):
    reply = administrator_browser.get(address("?q=wind&period=7d"), headers=PANE)

    text = text_of(reply)
    assert f'href="{address("?q=wind&amp;period=30d")}"' in text
    assert f'hx-get="{address("?q=wind&amp;period=7d")}"' in text
    assert f'hx-get="{address("/live/details?q=wind&amp;period=7d&amp;since=")}' in text
    assert f'href="{address("/secrets?q=wind")}"' in text  # another tab starts afresh


def test_chart_of_a_rotation_stacks_the_old_secret_on_the_new(chart, machine, now):
    ClientSecret.objects.update(created_at=now - 30 * DAY)
    new = insert_secrets(
        machine.client, 1, description="Firmware 4.2", replaces=machine.secret, created_at=now - DAY
    )[0]
    other = insert_secrets(machine.client, 1)[0]
    record_use(machine.secret, now - 5 * HOUR, 300)
    record_use(new, now - 5 * HOUR, 100)
    record_use(other, now - HOUR, 50)

    shown = chart()

    parts = dict(re.findall(r'class="bar-(tokens|old|other)" x="14%" [^>]* y="([\d.]+)%"', shown))
    assert float(parts["old"]) < float(parts["tokens"])  # further up
    since = (now - 5 * HOUR).strftime("%-d %b %Y, %H:%M UTC")
    assert f"no longer used since {since}" in shown
    assert "New: Firmware 4.2" in shown
    assert f"Old: {machine.secret.description or '…' + machine.secret.last_four}" in shown
    assert rows(shown) == ["0", "0", "50", "0", "100", "300", "0", "0"]


def test_secrets_tab_shows_a_rotation_from_its_start(administrator_browser, machine, address, now):
    insert_secrets(machine.client, 1, replaces=machine.secret, created_at=now - 3 * DAY)
    record_use(machine.secret, now - 2 * DAY, 12)

    text = text_of(administrator_browser.get(address("/secrets")))
    chart = text[text.index("<figure") : text.index("</figure>")]

    assert rows(chart) == ["0", "12"]
    assert f'href="{address("/secrets?period=24h")}"' in chart
    assert "Refused" not in chart
    day = text_of(administrator_browser.get(address("/secrets?period=24h")))
    assert "No token requests in this period." in day


def test_chart_for_a_viewer_has_neither_secrets_nor_addresses(
    chart, colleague_browser, machine, now
):
    insert_secrets(machine.client, 1, description="Firmware 4.2", replaces=machine.secret)
    record_use(machine.secret, now, 12, "198.51.100.7")

    shown = chart(browser=colleague_browser)

    assert "Tokens 12, Refused 0" in shown
    assert "198.51.100.7" not in shown
    assert "Firmware 4.2" not in shown


def test_client_without_secrets_of_its_own_has_no_chart(administrator_browser, tenant):
    [client] = insert_clients(["App"], tenant)
    Client.objects.filter(pk=client.pk).update(client_type="authorization-code")

    text = text_of(administrator_browser.get(f"/security/clients/{client.pk}"))

    assert "<figure" not in text


def test_chart_query_count_does_not_grow_with_use(administrator_browser, machine, address, now):
    def query_count(period):
        with CaptureQueriesContext(connection) as seen:
            administrator_browser.get(address(f"?period={period}"), headers=PANE)
        return len(seen)

    record_use(machine.secret, now)
    query_count("24h")  # what the session asks once
    before = query_count("24h")
    for secret in insert_secrets(machine.client, 4):
        for days in range(30):
            record_use(secret, now - days * DAY)
    for days in range(30):
        refuse(machine.client, now - days * DAY, 1)

    assert query_count("24h") == query_count("30d") == before
    assert ClientSecret.objects.count() == 5


def test_chart_needs_neither_script_nor_inline_style(chart, machine, now):
    record_use(machine.secret, now)

    assert " style=" not in chart()
    assert "<script" not in chart()
