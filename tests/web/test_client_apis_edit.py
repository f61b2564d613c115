"""Edit APIs of a client."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import conf
from clients_app.services.apis.may_call import draft_of
from tests.factories import insert_apis, let_call, make_api
from tests.responses import HTMX, is_page, text_of, value_of

CLAIMS = {**HTMX, "HX-Target": "claims"}


def scope_ids(api, *names):
    return [str(pk) for pk in api.scopes.filter(name__in=names).values_list("pk", flat=True)]


@pytest.fixture
def orders(tenant):
    return make_api("Orders", tenant, "read", "write", identifier="urn:example:orders")


@pytest.fixture
def sent(tenant, orders):
    """What a person ticks: the built-in API, and one scope of Orders."""
    scopes = scope_ids(orders, "read")
    return {"version": "1", "apis": [str(tenant.pk), str(orders.pk)], "scopes": scopes}


def rows_of(page: str) -> list[str]:
    """Return the text of the rows of the last table, without tags."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.rpartition("<tbody>")[2], re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", row)).strip() for row in rows]


def test_edit_apis_shows_ticked_apis_first_with_their_scopes(
    administrator_browser, machine, orders, sales, edit
):
    let_call(machine.client, sales, built_in=False)
    for headers in ({}, HTMX):
        reply = administrator_browser.get(edit, headers=headers)
        text = text_of(reply)
        assert is_page(reply) is not bool(headers)
        places = [text.index(f'value="{api.pk}"') for api in (sales, orders)]
        assert places == sorted(places)
        ticked = re.findall(r'name="(?:apis|scopes)" value="([^"]+)" checked', text)
        assert ticked == [str(sales.pk), *scope_ids(sales, "sell")]
        assert "May call the built-in API" in text


def test_edit_apis_offers_the_scopes_of_an_api_when_it_is_ticked(
    administrator_browser, machine, orders, sales, edit
):
    """A tenant may have 20,000, which no browser shows quickly."""
    let_call(machine.client, sales)
    page = text_of(administrator_browser.get(edit))
    assert re.findall(r'name="shown" value="([^"]*)"', page)[-1] == str(sales.pk)
    assert f'<div class="api-scopes" id="scopes_{orders.pk}"></div>' in page

    typed = {"version": "1", "preview": "1", "apis": [str(orders.pk), str(sales.pk)]}
    typed |= {"scopes": scope_ids(orders, "read")}
    more = typed | {"shown": [str(sales.pk)]}
    part = text_of(administrator_browser.post(edit, more, headers=CLAIMS))
    page = text_of(administrator_browser.post(edit, typed))

    assert f'id="scopes_{orders.pk}" hx-swap-oob="true"' in part
    assert f"scopes_{sales.pk}" not in part
    assert "hx-swap-oob" not in page.split('class="roles-list"')[1]
    for text in (part, page):
        boxes = re.findall(r'name="scopes" value="([^"]+)"( checked)?', text)
        assert [one for one in boxes if one[0] in scope_ids(orders, "read", "write")] == [
            (*scope_ids(orders, "read"), " checked"),
            (*scope_ids(orders, "write"), ""),
        ]


def test_edit_apis_of_a_tenant_at_its_limits_shows_and_saves_what_is_ticked(
    administrator_browser, machine, tenant, edit
):
    """Of 200 APIs with any number of scopes each, the client may have 600: more than 500 fields."""
    apis = insert_apis(tenant, 200, scopes=20)
    let_call(machine.client, *apis[:30])
    with CaptureQueriesContext(connection) as asked:
        page = text_of(administrator_browser.get(edit))

    assert page.count('name="apis"') == 201
    assert page.count('name="scopes"') == 600
    assert sum("_api" in one["sql"] for one in asked) < 12
    ticked = re.findall(r'name="(apis|scopes)" value="([^"]+)" checked', page)
    sent = {name: [value for of, value in ticked if of == name] for name in ("apis", "scopes")}
    sent["scopes"].pop()
    reply = administrator_browser.post(edit, sent | {"version": "2"}, headers=HTMX)
    assert reply.status_code == 204
    assert sum(map(len, draft_of(machine.client).apis.values())) == 599


def test_edit_apis_saves_what_is_ticked(administrator_browser, machine, orders, edit, sent, tab):
    reply = administrator_browser.post(edit, sent, headers=HTMX)

    assert reply.status_code == 204
    assert "clientChanged" in json.loads(reply["HX-Trigger"])
    draft = draft_of(machine.client)
    assert (draft.built_in, draft.apis) == (True, {orders.pk: frozenset({"read"})})
    only = {"version": "2", "apis": [str(orders.pk)], "default_api": str(orders.pk)}
    reply = administrator_browser.post(edit, only)
    assert (reply.status_code, reply["Location"]) == (303, tab)
    machine.client.refresh_from_db()
    draft = draft_of(machine.client)
    assert (draft.built_in, draft.apis) == (False, {orders.pk: frozenset()})
    assert draft.default_api_id == orders.pk


def test_edit_apis_scopes_of_an_api_without_its_tick_do_not_count(
    administrator_browser, machine, orders, tenant, edit, sent
):
    administrator_browser.post(edit, sent | {"apis": [str(tenant.pk)]}, headers=HTMX)
    assert draft_of(machine.client).apis == {}


@pytest.mark.parametrize("field", ["apis", "scopes", "default_api"])
def test_edit_apis_of_another_tenant_are_refused_and_the_rest_is_kept(
    administrator_browser, machine, orders, edit, sent, field, stranger
):
    foreign = make_api("Foreign", stranger.tenant, "theirs")
    value = scope_ids(foreign, "theirs")[0] if field == "scopes" else str(foreign.pk)
    wrong = value if field == "default_api" else [*sent[field], value]
    reply = administrator_browser.post(edit, sent | {field: wrong}, headers=HTMX)

    assert reply.status_code == 422
    assert "from the list" in text_of(reply)
    assert f'value="{orders.pk}" checked' in text_of(reply)
    assert draft_of(machine.client).apis == {}


def test_edit_apis_default_that_the_client_may_not_call_is_refused(
    administrator_browser, sales, edit, sent
):
    typed = sent | {"default_api": str(sales.pk)}
    reply = administrator_browser.post(edit, typed, headers=HTMX)

    assert reply.status_code == 422
    assert text_of(reply).count("Select a default API that the client may call.") == 2
    assert f'value="{sales.pk}" selected' in text_of(reply)


def test_edit_apis_concurrent_change_is_shown(administrator_browser, machine, sales, edit, sent):
    let_call(machine.client, sales, built_in=False)
    reply = administrator_browser.post(edit, sent, headers=HTMX)

    assert reply.status_code == 422
    assert "Now: Sales" in text_of(reply)
    assert "Now: Sales: sell" in text_of(reply)
    again = sent | {"version": value_of("version", reply)}
    assert administrator_browser.post(edit, again, headers=HTMX).status_code == 204


@pytest.mark.parametrize("headers", [{}, HTMX, CLAIMS], ids=["page", "window", "claims"])
def test_edit_apis_preview_shows_claims_and_saves_nothing(
    administrator_browser, machine, orders, edit, sent, headers
):
    typed = sent | {"preview": "1", "default_api": str(orders.pk)}
    reply = administrator_browser.post(edit, typed, headers=headers)

    assert reply.status_code == 200
    audience, scope = conf.token_audience(), conf.api_scopes()[0]
    claims = text_of(reply).split('id="claims"')[1].split("</table>")[0]
    assert sorted(rows_of(claims)) == sorted(
        [
            "none urn:example:orders read",
            "urn:example:orders urn:example:orders read",
            f"{audience} {audience} {scope}",
        ]
    )
    assert draft_of(machine.client).apis == {}


def test_edit_apis_preview_names_a_request_that_is_refused(
    administrator_browser, orders, sales, edit
):
    typed = {"version": "1", "apis": [str(orders.pk), str(sales.pk)], "preview": "1"}
    claims = text_of(administrator_browser.post(edit, typed, headers=CLAIMS))
    assert rows_of(claims)[0] == "none refused: invalid_target"


def test_apis_of_another_tenant_are_not_offered(administrator_browser, stranger, edit):
    make_api("Foreign", stranger.tenant)
    assert "Foreign" not in text_of(administrator_browser.get(edit))
