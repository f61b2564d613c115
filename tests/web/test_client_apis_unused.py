"""Remove what is unused: what a client loses, and that nothing else changes."""

import re

import pytest

from clients_app import conf
from clients_app.services.apis.may_call import draft_of
from tests.factories import let_call, make_api
from tests.responses import HTMX, text_of, value_of

CLAIMS = {**HTMX, "HX-Target": "claims"}


@pytest.fixture
def orders(tenant):
    return make_api("Orders", tenant, "read", "write", identifier="urn:example:orders")


def test_remove_unused_lists_the_difference_and_removes_exactly_that(
    administrator_browser, machine, orders, sales, tab, use
):
    let_call(machine.client, orders, sales)
    use(orders, "read")
    assert f'href="{tab}/unused"' in text_of(administrator_browser.get(tab))

    window = administrator_browser.get(f"{tab}/unused", headers=HTMX)

    text = text_of(window)
    losses = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", text.split('aria-labelledby="losses"')[1]))
    losses = losses.partition(" None of the token requests")[0]
    assert "urn:example:orders write" in losses
    assert "urn:example:sales the whole API sell" in losses
    assert f"{conf.token_audience()} the whole API" in losses
    assert "None of the token requests of the last 90 days would have been refused." in text
    reply = administrator_browser.post(
        f"{tab}/unused", {"seen": value_of("seen", window)}, headers=HTMX
    )
    assert reply.status_code == 204
    machine.client.refresh_from_db()
    draft = draft_of(machine.client)
    assert (draft.built_in, draft.apis) == (False, {orders.pk: frozenset({"read"})})
    assert f"{tab}/unused" not in text_of(administrator_browser.get(tab))
    assert "Nothing is unused" in text_of(administrator_browser.get(f"{tab}/unused"))


def test_remove_unused_after_another_request_is_refused_and_lists_again(
    administrator_browser, machine, orders, tab, use
):
    let_call(machine.client, orders)
    window = administrator_browser.get(f"{tab}/unused")
    assert "it may call no API then" in text_of(window)
    use(orders, "write")

    reply = administrator_browser.post(f"{tab}/unused", {"seen": value_of("seen", window)})

    assert reply.status_code == 422
    assert "Nothing was removed." in text_of(reply)
    assert draft_of(machine.client).apis == {orders.pk: frozenset({"read", "write"})}
    again = administrator_browser.post(f"{tab}/unused", {"seen": value_of("seen", reply)})
    assert (again.status_code, again["Location"]) == (303, tab)
