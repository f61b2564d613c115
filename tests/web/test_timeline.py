"""Show > Timeline: each week is a link that filters the list, with an address of its own."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client as Browser

from clients_app.models import Client, ClientSecret, Tenant
from clients_app.rules.weeks import name_of, week_of
from tests.factories import make_client
from tests.responses import HTMX, text_of

LIST = "/security/clients"


@pytest.fixture
def monday_names(tenant: Tenant, now: datetime) -> list[str]:
    """Add two clients that expire in 10 days and one that does in 30; return the weeks."""
    for name, days in (("Bridge", 10), ("Gate", 10), ("Tower", 30)):
        make_client(name, tenant, expires_at=now + timedelta(days=days), now=now)
    return [name_of(week_of(now + timedelta(days=days), UTC)) for days in (10, 30)]


def test_timeline_links_each_week_in_which_a_client_expires(
    administrator_browser: Browser, monday_names: list[str]
) -> None:
    text = unescape(text_of(administrator_browser.get(LIST, {"show": "timeline"})))

    near, far = monday_names
    query = "?type=client-credentials&show=timeline&week="
    assert f'href="{LIST}{query}{near}"' in text
    assert f'href="{LIST}{query}{far}"' in text
    assert text.count(f'href="{LIST}{query}') == 2
    assert ": 2 clients" in text
    assert text.count("<rect ") == 54
    assert "style=" not in text


def test_timeline_of_one_week_filters_the_list_and_marks_the_week(
    administrator_browser: Browser, monday_names: list[str]
) -> None:
    asked = {"show": "timeline", "week": monday_names[0]}
    text = text_of(administrator_browser.get(LIST, asked, headers=HTMX | {"HX-Target": "clients"}))

    assert ">Bridge<" in text
    assert ">Gate<" in text
    assert ">Tower<" not in text
    assert text.count('aria-current="true"') == 1
    assert "Week of " in text
    assert "remove filter" in text


@pytest.mark.parametrize("week", ["2026-W99", "x", "9999-W52", ""])
def test_timeline_of_a_week_that_does_not_exist_shows_all(
    administrator_browser: Browser, monday_names: list[str], week: str
) -> None:
    text = text_of(administrator_browser.get(LIST, {"show": "timeline", "week": week}))

    assert all(f">{name}<" in text for name in ("Bridge", "Gate", "Tower"))


def test_week_without_the_timeline_filters_nothing(
    administrator_browser: Browser, monday_names: list[str]
) -> None:
    text = text_of(administrator_browser.get(LIST, {"week": monday_names[0]}))

    assert ">Tower<" in text
    assert 'id="timeline"' not in text


def test_timeline_without_clients_has_bars_without_links(administrator_browser: Browser) -> None:
    text = text_of(administrator_browser.get(LIST, {"show": "timeline"}))

    assert 'id="timeline"' in text
    assert "week=" not in text


def test_timeline_needs_the_same_queries_for_any_number_of_clients(
    administrator_browser: Browser,
    tenant: Tenant,
    now: datetime,
    monday_names: list[str],
    django_assert_max_num_queries,
    still_clock: None,
) -> None:
    for number in range(20):
        make_client(f"More {number}", tenant, expires_at=now + timedelta(days=number + 1), now=now)
    administrator_browser.get(LIST, {"show": "timeline"})

    with django_assert_max_num_queries(20):
        administrator_browser.get(LIST, {"show": "timeline"})


def test_timeline_follows_a_rotation(
    administrator_browser: Browser, monday_names: list[str]
) -> None:
    client = Client.objects.get(name="Bridge")
    secret = ClientSecret.objects.get(client=client)
    sent = {"replaces": secret.pk, "old": "24h", "never_expires": "on", "form_key": "k" * 20}
    address = f"{LIST}/{client.pk}/secrets/{secret.pk}/rotate"
    assert administrator_browser.post(address, sent).status_code == 200

    asked = {"show": "timeline", "week": monday_names[0]}
    text = text_of(administrator_browser.get(LIST, asked))
    assert ">Bridge<" not in text
    assert ">Gate<" in text
