"""APIs: the list, and the windows that add, edit and remove one."""

import json
import re

import pytest

from clients_app.models import Api
from tests.factories import let_call
from tests.refused_values import refused_values
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


@refused_values(
    name={
        "": "Enter a name of 1 to 200 characters.",
        "orders": "There is an API named orders already.",
    },
    identifier={
        "orders": "Enter an absolute URI",
        "urn:example:orders": "There is an API with this Identifier already.",
        "https://api.example.com/#x": "without # and what follows it",
    },
    description={"x" * 501: "501: 1 too many"},
    scopes={
        'a\r\nb"c what': "Line 2: Enter scopes of 1 to 100 characters",
        "a one\r\na two": "Enter each scope once.",
        "\r\n".join(f"s{n}" for n in range(101)): "101: 1 too many",
    },
)
def test_add_api_invalid_field_is_explained_and_kept(
    administrator_browser, orders, form_data, name, value, sentence
):
    typed = form_data | {"name": "Other", name: value}
    reply = administrator_browser.post(ADD, typed, headers=HTMX)

    assert reply.status_code == 422
    assert text_of(reply).count(sentence) == 2
    if name == "scopes":
        kept = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text_of(reply), re.DOTALL)
        assert kept
        assert kept[1].replace("&quot;", '"') == value
    else:
        assert value_of(name, reply) == value
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
