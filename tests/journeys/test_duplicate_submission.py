"""Duplicate submissions of any kind add one client with one secret."""

import re

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys import secret_search
from tests.journeys.conftest import WITHOUT_JAVASCRIPT, NewVisitor
from tests.journeys.page_actions import expect_window, shown_credentials, to_second_step
from tests.journeys.visitor import Visitor, press, window_of
from tests.portal_process import PortalProcess
from tests.sampling import sampled

ALREADY = "Already added. Its secret cannot be shown; add a new one."
CLICK_TWICE = "(button) => { button.click(); button.click(); }"


def added(portal: PortalProcess, name: str) -> tuple[int, int]:
    """Return the number of clients of this name and of their secrets."""
    clients = portal.query("SELECT id, name FROM clients_app_client")
    secrets = portal.query("SELECT client_id FROM clients_app_clientsecret")
    ids = [client_id for client_id, named in clients if named == name]
    return len(ids), sum(client_id in ids for (client_id,) in secrets)


@pytest.mark.parametrize("way", sampled(["of the mouse", "of the script", "of Enter"]))
def test_double_click_adds_one_client(
    visitor: Visitor, live_portal: PortalProcess, way: str
) -> None:
    page = visitor.page("/security/clients")
    name = f"Double click {way}"
    to_second_step(page, name)
    button = window_of(page).get_by_role("button", name="Add", exact=True)

    if way == "of the mouse":
        button.dblclick()
    elif way == "of the script":
        button.evaluate(CLICK_TWICE)
    else:
        button.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")

    expect_window(page, "Client Successfully Created")
    page.wait_for_load_state("networkidle")  # all requests have their responses
    expect_window(page, "Client Successfully Created")
    assert shown_credentials(page).plain
    assert added(live_portal, name) == (1, 1)


@WITHOUT_JAVASCRIPT
def test_double_click_without_javascript_adds_one_client(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    visitor.expect(409)
    page = visitor.page("/security/clients")
    to_second_step(page, "Double click on a page")

    window_of(page).get_by_role("button", name="Add", exact=True).dblclick()

    # the second response replaces the first, unless the browser dropped it
    title = re.compile("^(Already Added|Client Successfully Created)$")
    expect(page.locator("#window-title")).to_have_text(title)
    assert added(live_portal, "Double click on a page") == (1, 1)


def test_same_form_in_two_tabs_adds_one_client(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    """The second tab is a copy of the first: same fields, same one-time form key."""
    visitor.expect(409)
    first, second = (visitor.page("/security/clients") for _ in range(2))
    for page in (first, second):
        to_second_step(page, "Two tabs")
    key = first.locator("#window [name=form_key]").input_value()
    second.locator("#window [name=form_key]").evaluate("(field, key) => field.value = key", key)
    press(first, "Add")
    expect_window(first, "Client Successfully Created")
    done = shown_credentials(first)

    press(second, "Add")

    window = expect_window(second, "Already Added")
    expect(window).to_contain_text(ALREADY)
    expect(window.locator("#id_client_id")).to_have_text(done.client_id)
    assert secret_search.in_page(second, done.plain) == set()
    assert added(live_portal, "Two tabs") == (1, 1)
    window.get_by_role("link", name="Add Secret").click()
    expect_window(second, "Add Secret")
    press(second, "Add")
    expect_window(second, "Secret Successfully Added")
    assert shown_credentials(second).client_id == done.client_id
    assert added(live_portal, "Two tabs") == (1, 2)


def test_replayed_post_gets_the_id_but_no_secret(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    visitor.expect(409)
    page = visitor.page("/security/clients")
    to_second_step(page, "Replayed")
    with page.expect_request("**/security/clients/register") as request:
        press(page, "Add")
    expect_window(page, "Client Successfully Created")
    done = shown_credentials(page)

    for headers in ({}, {"HX-Request": "true", "HX-Target": "window"}):
        again = visitor.context.request.post(
            "/security/clients/register",
            data=request.value.post_data,
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )

        assert again.status == 409
        assert done.client_id in again.text()
        assert secret_search.found_in(again.text(), done.plain) == set()
        assert "pcs_" not in again.text()
    assert added(live_portal, "Replayed") == (1, 1)


def test_same_name_in_two_browsers_adds_one_client(
    live_portal: PortalProcess, new_visitor: NewVisitor, administrator_cookies: StorageState
) -> None:
    pages = []
    for _ in range(2):
        visitor = new_visitor(live_portal, storage_state=administrator_cookies)
        visitor.expect(422)
        pages.append(visitor.page("/security/clients"))
        to_second_step(pages[-1], "Wanted by two")
        window_of(pages[-1]).get_by_label("Description").fill(f"from browser {len(pages)}")

    for page in pages:  # neither waits for the other's response
        window_of(page).get_by_role("button", name="Add", exact=True).evaluate(
            "(button) => setTimeout(() => button.click(), 100)"
        )
    for page in pages:
        ended = "#window:has([data-once]), #window:has(#id_name_error)"
        expect(page.locator(ended)).to_have_count(1)

    titles = {page.locator("#window-title").inner_text(): page for page in pages}
    assert set(titles) == {"Client Successfully Created", "Add Client"}
    assert added(live_portal, "Wanted by two") == (1, 1)
    expect_second_to_go_on(titles["Add Client"])
    assert added(live_portal, "Wanted by two, too") == (1, 1)


def expect_second_to_go_on(page: Page) -> None:
    """The slower browser gets a message, keeps its input, and adds under another name."""
    window = window_of(page)
    expect(window.locator("#id_name_error")).to_have_text(
        "There is a client named Wanted by two already. Enter another name."
    )
    expect(window.get_by_label("Name")).to_have_value("Wanted by two")
    window.get_by_label("Name").fill("Wanted by two, too")
    press(page, "Continue")
    window = expect_window(page, "Add Secret")
    expect(window.get_by_label("Description")).to_have_value(re.compile("^from browser [12]$"))
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
