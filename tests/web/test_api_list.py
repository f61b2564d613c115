"""The list of APIs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import conf
from clients_app.models import Api, ApiHour
from tests.factories import let_call, make_api, make_client
from tests.responses import HTMX, is_page, text_of
from tests.web.test_apis import ADD, APIS


def row_of(page: str, name: str) -> str:
    """Return the text of the row of an API, without tags."""
    found = re.search(rf">{name}</a>.*?</tr>", page, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found[0]))


def test_api_list_shows_counts_of_each_api(administrator_browser, machine, tenant, orders, now):
    let_call(machine.client, orders)
    ApiHour.objects.create(api=orders, hour=now, tokens=1204)

    page = text_of(administrator_browser.get(APIS))

    row = row_of(page, "Orders")
    assert "urn:example:orders" in row
    assert "2 scopes" in row
    assert "1 client " in row
    assert "1,204" in row
    assert 'id="count-apis">2<' in page
    built_in = row_of(page, Api.objects.get(pk=tenant.pk).name)
    assert "Built-in" in built_in
    assert conf.token_audience() in built_in
    assert "1 client " in built_in


def test_api_with_the_identifier_of_the_built_in_one_is_warned_about(
    administrator_browser, orders, settings
):
    warning = "Orders has the Identifier of the built-in API"
    pages = (APIS, f"{APIS}/{orders.pk}")
    assert not any(warning in text_of(administrator_browser.get(page)) for page in pages)

    settings.TOKEN_AUDIENCE = orders.identifier

    assert all(warning in text_of(administrator_browser.get(page)) for page in pages)


def test_api_list_fragment_is_the_list_with_its_count(administrator_browser, orders):
    reply = administrator_browser.get(APIS, headers={**HTMX, "HX-Target": "list"})

    assert not is_page(reply)
    assert 'id="count-apis" hx-swap-oob="true">2<' in text_of(reply)


@pytest.mark.parametrize(("q", "found"), [("oRd", True), ("URN:EXAMPLE:OR", True), ("<b>", False)])
def test_api_list_filter_finds_name_and_identifier(administrator_browser, orders, q, found):
    text = text_of(administrator_browser.get(APIS, {"q": q}))

    assert ("urn:example:orders" in text) is found
    assert ("No APIs match" in text) is not found
    assert "<b>”" not in text


def test_api_list_offers_administrators_alone_to_change_what_the_tenant_added(
    administrator_browser, colleague_browser, tenant, orders
):
    mine = text_of(administrator_browser.get(APIS))
    theirs = text_of(colleague_browser.get(APIS))

    for offered in (ADD, f"{APIS}/{orders.pk}/edit", f"{APIS}/{orders.pk}/remove"):
        assert f'href="{offered}"' in mine
        assert offered not in theirs
    assert f"{tenant.pk}/edit" not in mine
    assert f"{tenant.pk}/remove" not in mine


def test_api_list_of_another_tenant_is_separate(stranger_browser, orders):
    assert "urn:example:orders" not in text_of(stranger_browser.get(APIS))


def test_api_list_takes_as_many_queries_for_many_apis(administrator_browser, tenant):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            administrator_browser.get(APIS)
        return sum("maycall" in one["sql"] or "_api" in one["sql"] for one in asked)

    few = queries()
    for number in range(5):
        api = make_api(f"Api {number}", tenant, "a", "b")
        let_call(make_client(f"C {number}", tenant).client, api)
    assert queries() == few
