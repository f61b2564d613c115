"""APIs: the list, and the windows that add, edit and remove one."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app import conf
from clients_app.models import Api, ApiHour
from tests.factories import let_call, make_api, make_client
from tests.responses import HTMX, is_page, text_of, value_of

APIS, ADD = "/security/apis", "/security/apis/add"


@pytest.fixture
def form_data():
    return {
        "form_key": "a-key-of-this-very-form",
        "name": "Orders",
        "identifier": "https://api.example.com/orders",
        "description": "Takes orders",
        "scopes": "orders.read Read orders\r\n\r\n orders.write\tPlace and cancel orders \r\n",
    }


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


def test_add_api_window_is_a_page_and_a_fragment(administrator_browser):
    assert is_page(administrator_browser.get(ADD))
    assert not is_page(administrator_browser.get(ADD, headers=HTMX))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_add_api_opens_its_details(administrator_browser, form_data, headers):
    reply = administrator_browser.post(ADD, form_data, headers=headers)

    api = Api.objects.get(custom_identifier="https://api.example.com/orders")
    header = "HX-Redirect" if headers else "Location"
    assert (reply.status_code, reply[header]) == (200 if headers else 303, f"{APIS}/{api.pk}")
    assert (api.name, api.description) == ("Orders", "Takes orders")
    assert list(api.scopes.values_list("name", "description")) == [
        ("orders.read", "Read orders"),
        ("orders.write", "Place and cancel orders"),
    ]
    assert "API Orders added." in text_of(administrator_browser.get(f"{APIS}/{api.pk}"))


def test_add_api_sent_twice_adds_one(administrator_browser, form_data):
    for _ in range(2):
        reply = administrator_browser.post(ADD, form_data)
        assert reply.status_code == 303
    assert Api.objects.custom().count() == 1


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("name", "", "Enter a name of 1 to 200 characters."),
        ("name", "orders", "There is an API named orders already."),
        ("identifier", "orders", "Enter an absolute URI"),
        ("identifier", "urn:example:orders", "There is an API with this Identifier already."),
        ("identifier", "https://api.example.com/#x", "without # and what follows it"),
        ("description", "x" * 501, "501: 1 too many"),
        ("scopes", 'a\r\nb"c what', "Line 2: Enter scopes of 1 to 100 characters"),
        ("scopes", "a one\r\na two", "Enter each scope once."),
        ("scopes", "\r\n".join(f"s{n}" for n in range(101)), "101: 1 too many"),
    ],
)
def test_add_api_invalid_field_is_explained_and_kept(
    administrator_browser, orders, form_data, field, wrong, said
):
    typed = form_data | {"name": "Other", field: wrong}
    reply = administrator_browser.post(ADD, typed, headers=HTMX)

    assert reply.status_code == 422
    assert text_of(reply).count(said) == 2
    if field == "scopes":
        kept = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text_of(reply), re.DOTALL)
        assert kept
        assert kept[1].replace("&quot;", '"') == wrong
    else:
        assert value_of(field, reply) == wrong
    assert list(Api.objects.custom()) == [orders]


@pytest.fixture
def edit_data(administrator_browser, form_data, orders):
    version = value_of("version", administrator_browser.get(f"{APIS}/{orders.pk}/edit"))
    return form_data | {"version": version}


def test_edit_api_saves_and_refreshes_the_page_behind(administrator_browser, orders, edit_data):
    reply = administrator_browser.post(f"{APIS}/{orders.pk}/edit", edit_data, headers=HTMX)

    assert reply.status_code == 204
    told = json.loads(reply["HX-Trigger"])
    assert told["toast"]["text"] == "API Orders saved."
    assert "apisChanged" in told
    orders.refresh_from_db()
    assert orders.identifier == "https://api.example.com/orders"


def test_edit_api_opens_with_its_scopes_and_says_how_many_clients_it_has(
    administrator_browser, orders, machine
):
    let_call(machine.client, orders)
    text = text_of(administrator_browser.get(f"{APIS}/{orders.pk}/edit"))

    assert "\norders.read\r\norders.write</textarea>" in text
    assert "Orders. 1 client may call it." in text


def test_edit_api_concurrent_change_is_shown_where_it_differs(
    administrator_browser, orders, edit_data
):
    path = f"{APIS}/{orders.pk}/edit"
    theirs = edit_data | {"name": "Sales"}
    assert administrator_browser.post(path, theirs, headers=HTMX).status_code == 204
    mine = theirs | {"name": "Invoices", "scopes": "orders.read Read orders"}

    reply = administrator_browser.post(path, mine, headers=HTMX)

    assert reply.status_code == 422
    assert text_of(reply).count("Now: ") == 4  # at two fields, and in the summary
    assert "Now: Sales" in text_of(reply)
    again = mine | {"version": value_of("version", reply)}
    assert administrator_browser.post(path, again, headers=HTMX).status_code == 204


def test_remove_api_lists_who_would_be_hit_and_removes_it(administrator_browser, machine, orders):
    let_call(machine.client, orders)
    path = f"{APIS}/{orders.pk}/remove"
    window = administrator_browser.get(path, headers=HTMX)
    assert "1 client may call Orders" in text_of(window)
    assert "Wind park reader" in text_of(window)

    reply = administrator_browser.post(path, {"seen": value_of("seen", window)}, headers=HTMX)

    assert (reply.status_code, reply["HX-Redirect"]) == (200, APIS)
    assert "API Orders removed." in text_of(administrator_browser.get(APIS))
    assert administrator_browser.get(path).status_code == 404
    assert not machine.client.may_call.exists()


def test_remove_api_with_other_clients_than_listed_is_refused(
    administrator_browser, machine, orders
):
    path = f"{APIS}/{orders.pk}/remove"
    window = administrator_browser.get(path)
    assert "No client may call <b>Orders</b>." in text_of(window)
    let_call(machine.client, orders)

    reply = administrator_browser.post(path, {"seen": value_of("seen", window)}, headers=HTMX)

    assert reply.status_code == 422
    assert "Nothing was removed." in text_of(reply)
    assert "Wind park reader" in text_of(reply)
    again = administrator_browser.post(path, {"seen": value_of("seen", reply)})
    assert (again.status_code, again["Location"]) == (303, APIS)


@pytest.mark.parametrize("operation", ["edit", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_built_in_api_can_be_neither_edited_nor_removed(
    administrator_browser, tenant, operation, method
):
    reply = getattr(administrator_browser, method)(f"{APIS}/{tenant.pk}/{operation}")

    assert reply.status_code == 404
    assert "can be neither edited nor removed" in text_of(reply)


@pytest.mark.parametrize("method", ["get", "post"])
def test_api_windows_without_permission_are_refused(expect_refused, method, orders):
    for operation in ("edit", "remove"):
        expect_refused(method, f"{APIS}/{orders.pk}/{operation}", {"name": "Mine"})
    orders.refresh_from_db()
    assert orders.name == "Orders"
