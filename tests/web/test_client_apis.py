"""APIs of a client: what it may call, and Edit APIs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import conf
from tests.factories import let_call, make_api
from tests.responses import HTMX, is_page, text_of


@pytest.fixture
def orders(tenant):
    return make_api("Orders", tenant, "read", "write", identifier="urn:example:orders")


def test_apis_tab_shows_what_the_client_may_call(
    administrator_browser, machine, tenant, orders, tab
):
    let_call(machine.client, orders, default=orders, Orders="read")

    page = administrator_browser.get(tab)
    part = administrator_browser.get(tab, headers={**HTMX, "HX-Target": "details"})

    assert (is_page(page), is_page(part)) == (True, False)
    for text in (text_of(page), text_of(part)):
        assert '>APIs<span class="count">2</span>' in text
        assert "urn:example:orders" in text
        assert conf.token_audience() in text
        assert text.count(">Default<") == 1
        own = text.split("urn:example:orders", 1)[1].split("</li>")[0]
        assert ("read<" in own, "write<" in own) == (True, False)
        assert "It got no token in 90 days." in text


def test_apis_tab_of_a_client_that_may_call_nothing_says_so(administrator_browser, machine, tab):
    let_call(machine.client, built_in=False)
    text = text_of(administrator_browser.get(tab))

    assert "may call no API" in text
    assert '>APIs<span class="count">0</span>' in text


def test_apis_tab_without_a_default_says_what_is_refused(
    administrator_browser, machine, orders, sales, tab
):
    let_call(machine.client, orders, sales, built_in=False)
    assert "It has no default API" in text_of(administrator_browser.get(tab))


def test_apis_tab_shows_what_it_asked_for(administrator_browser, machine, orders, tab, use):
    let_call(machine.client, orders)
    use(orders, "read")
    use(orders, "", is_named=False, tokens=2000)

    text = text_of(administrator_browser.get(tab)).split('aria-labelledby="asked-label"')[2]
    rows = [re.sub("<[^>]+>", " ", row) for row in text.split("<li")[1:]]

    assert sorted(
        re.findall(r"urn:.*?(?=\s*\. Last: 1 day ago)", re.sub(r"\s+", " ", " ".join(rows)))
    ) == [
        "urn:example:orders 2,000 tokens without a scope, without naming the API",
        "urn:example:orders 3 tokens read",
    ]


def test_apis_tab_takes_as_many_queries_for_many_apis(administrator_browser, machine, tenant, tab):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            administrator_browser.get(tab)
        return sum("maycall" in one["sql"] or "_api" in one["sql"] for one in asked)

    apis = [make_api(f"Api {number}", tenant, "a", "b") for number in range(6)]
    let_call(machine.client, *apis[:1])
    few = queries()
    let_call(machine.client, *apis)
    assert queries() == few


def test_apis_tab_offers_administrators_alone_to_change_them(
    administrator_browser, colleague_browser, edit, tab
):
    assert edit in text_of(administrator_browser.get(tab))
    assert edit not in text_of(colleague_browser.get(tab))
    assert f"{tab}/unused" not in text_of(colleague_browser.get(tab))


@pytest.mark.parametrize("window", ["edit", "unused"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_apis_windows_without_permission_are_refused(expect_refused, tab, window, method):
    expect_refused(method, f"{tab}/{window}", {"version": "1"})
