"""The window that shows a secret once: how it closes, and that no secret remains."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import secret_search
from tests.journeys.page_actions import (
    add_client,
    close,
    copied_credentials,
    expect_closed,
    expect_window,
    shown_credentials,
)
from tests.journeys.visitor import Visitor, expect_focus, press, window_of
from tests.portal_process import PortalProcess
from tests.sampling import sampled

ASKS = "You have not copied the Client Secret. Close anyway?"
HIDE = "() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"


@pytest.mark.parametrize("way", sampled(["Close", "Escape"]))
def test_close_without_copying_asks_first(visitor: Visitor, way: str) -> None:
    page = visitor.page("/security/clients")
    plain = add_client(page, f"Not copied, {way}").plain
    window = window_of(page)
    expect(window.get_by_text("Client Secret not copied yet")).to_be_visible()

    page.keyboard.press("Escape") if way == "Escape" else press_close(page)

    expect(window.get_by_role("alert")).to_have_text(ASKS)
    expect_focus(page, "Keep open")
    press(page, "Keep open")
    expect(window.get_by_role("alert")).to_be_hidden()
    assert shown_credentials(page).plain == plain

    press_close(page)
    expect(window.get_by_role("alert")).to_have_text(ASKS)
    press_close(page)
    expect_closed(page)
    assert secret_search.in_page(page, plain) == set()


def press_close(page: Page) -> None:
    window_of(page).get_by_text("Close", exact=True).locator("visible=true").click()


def test_close_after_copying_does_not_ask(visitor: Visitor) -> None:
    page = visitor.page("/security/clients?q=Copied, then closed")
    added = add_client(page, "Copied, then closed")
    primary = window_of(page).locator(".btn-primary:visible")
    expect(primary).to_have_accessible_name("Copy Client Secret")
    assert copied_credentials(visitor, page) == added

    expect(primary).to_have_accessible_name("Close")
    close(page)

    assert secret_search.in_page(page, added.plain) == set()
    row = page.get_by_role("row").filter(has_text=added.client_id)
    expect(row).to_contain_text("Copied, then closed")


def test_close_after_copying_only_the_client_id_asks_first(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page("/security/clients")
    added = add_client(page, "Only the id copied")

    press(page, "Copy Client Id")
    expect(window_of(page).get_by_role("button", name="Copy Client Id")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == added.client_id
    press_close(page)

    expect(window_of(page).get_by_role("alert")).to_have_text(ASKS)


def test_copy_without_a_clipboard_selects_the_value(visitor: Visitor) -> None:
    visitor.context.add_init_script(
        "if (isSecureContext) navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"
    )
    page = visitor.page("/security/clients")
    added = add_client(page, "No clipboard")

    press(page, "Copy Client Secret")

    button = window_of(page).get_by_role("button", name="Copy Client Secret")
    expect(button).to_have_text("Press Ctrl C to copy")
    assert page.evaluate("getSelection().toString()") == added.plain
    expect(window_of(page).get_by_text("Client Secret not copied yet")).to_be_visible()


def test_hidden_page_clears_the_secret_window(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")
    added = add_client(page, "Hidden page")

    page.evaluate(HIDE)

    assert secret_search.in_page(page, added.plain) == set()
    expect(window_of(page)).to_have_count(0)


def test_hidden_page_clears_the_secret_page(visitor: Visitor) -> None:
    """The window as a separate page with JavaScript: opened in a new tab."""
    page = visitor.page("/security/clients/add")
    page.get_by_label("Name").fill("Page of its own")
    page.get_by_role("button", name="Continue").click()
    expect_window(page, "Add Secret")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    plain = shown_credentials(page).plain

    page.evaluate(HIDE)

    assert secret_search.in_page(page, plain) == set()


@pytest.mark.parametrize(
    "way", sampled(["Back and Forward", "reload", "new tab of the same address"])
)
def test_leaving_without_close_leaves_no_secret(
    visitor: Visitor, live_portal: PortalProcess, way: str
) -> None:
    page = visitor.page("/security/roles")
    page.goto(f"/security/clients?q=Left by {way}")
    added = add_client(page, f"Left by {way}")

    if way == "reload":
        page.reload()
    elif way == "Back and Forward":
        page.go_back()
        assert secret_search.in_page(page, added.plain) == set()
        page.go_forward()
    else:
        page = visitor.page(page.url)

    assert secret_search.in_page(page, added.plain) == set()
    assert secret_search.on_server(live_portal, added.plain) == []
    row = page.get_by_role("row").filter(has_text=added.client_id)
    expect(row).to_contain_text(f"Left by {way}")
