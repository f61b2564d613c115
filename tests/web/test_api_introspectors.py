"""Clients that may ask: the window that names who may introspect tokens for an API."""

import pytest

from clients_app.models import Api
from tests.factories import make_client
from tests.responses import HTMX, is_page, text_of

APIS = "/security/apis"
ADD = f"{APIS}/add"


def test_clients_that_may_ask_are_named_by_name_or_id(
    administrator_browser, machine, tenant, orders
):
    path = f"{APIS}/{orders.pk}/introspectors"
    other = make_client("Second", tenant).client
    assert f'href="{path}"' in text_of(administrator_browser.get(f"{APIS}/{orders.pk}"))
    for headers in ({}, HTMX):
        assert is_page(administrator_browser.get(path, headers=headers)) is not bool(headers)
    lines = f" wind PARK reader\r\n\r\n{{{str(other.pk).upper()}}}"

    reply = administrator_browser.post(path, {"version": "1", "introspectors": lines}, headers=HTMX)

    assert reply.status_code == 204
    assert set(orders.introspectors.all()) == {machine.client, other}
    assert "\nSecond\r\nWind park reader</textarea>" in text_of(administrator_browser.get(path))
    cleared = administrator_browser.post(path, {"version": "2", "introspectors": ""})
    assert (cleared.status_code, cleared["Location"]) == (303, f"{APIS}/{orders.pk}")
    assert not orders.introspectors.exists()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("Wind park reader\r\nnobody", "Line 2: there is no client with this name"),
        ("Theirs", "Line 1: there is no client with this name"),
        ("x\r\n" * 101, "Enter fewer lines."),
    ],
)
def test_clients_that_may_ask_wrong_line_is_explained_and_kept(
    administrator_browser, machine, stranger, orders, lines, said
):
    make_client("Theirs", stranger.tenant)
    path = f"{APIS}/{orders.pk}/introspectors"
    reply = administrator_browser.post(path, {"version": "1", "introspectors": lines})

    assert reply.status_code == 422
    assert text_of(reply).count(said) == 2
    assert f">\n{lines}</textarea>" in text_of(reply)
    assert not orders.introspectors.exists()


def test_clients_that_may_ask_of_the_built_in_api_can_be_named(
    administrator_browser, machine, tenant
):
    path = f"{APIS}/{tenant.pk}/introspectors"
    form = {"version": "1", "introspectors": "Wind park reader"}
    assert administrator_browser.post(path, form, headers=HTMX).status_code == 204
    assert Api.objects.get(pk=tenant.pk).introspectors.get() == machine.client


@pytest.mark.parametrize("method", ["get", "post"])
def test_clients_that_may_ask_without_permission_are_refused(expect_refused, method, orders):
    expect_refused(method, f"{APIS}/{orders.pk}/introspectors", {"introspectors": ""})


def test_clients_that_may_ask_are_found_by_id_before_a_client_of_that_name(
    administrator_browser, machine, tenant, orders
):
    """A person who may name a client cannot make somebody else choose it."""
    other = make_client("Second", tenant).client
    make_client(str(other.pk), tenant)
    path = f"{APIS}/{orders.pk}/introspectors"

    administrator_browser.post(path, {"version": "1", "introspectors": str(other.pk)})

    assert orders.introspectors.get() == other
