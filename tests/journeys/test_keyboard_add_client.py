"""Add Client by keyboard only: from the list to Close, with the focus kept in the window."""

from playwright.sync_api import Page, expect

from tests.journeys.keyboard import open_by_keys, tab_to
from tests.journeys.page_actions import expect_window, open_add_client, shown_credentials
from tests.journeys.visitor import Visitor, expect_focus, window_of

CLIENTS = "/security/clients"


def test_keyboard_adds_a_client_from_the_list_to_close(visitor: Visitor) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page(CLIENTS)
    walk_to_second_window(page)
    page.keyboard.type("typed")
    page.keyboard.press("Enter")  # from a field it means Add, not Back
    expect_window(page, "Client Successfully Created")
    expect(window_of(page).get_by_role("button", name="Copy Client Id")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(window_of(page).get_by_text("Client Secret copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == shown_credentials(page).plain
    tab_to(page, "Close")
    page.keyboard.press("Enter")
    expect(window_of(page)).to_have_count(0)
    client_id = page.locator("#details").get_attribute("data-client")
    expect_focus(page, f"row-{client_id}")  # what was added is open


def walk_to_second_window(page: Page) -> None:
    page.keyboard.press("Tab")
    expect_focus(page, "Skip to content")
    open_by_keys(page, "add-client", "Add Client")
    expect_focus(page, "id_name")
    page.keyboard.type("By the keyboard alone")
    tab_to(page, "id_token_lifetime")
    open_by_keys(page, "Continue", "Add Secret")
    expect_focus(page, "id_secret_description")


INSIDE = "() => !document.activeElement.matches('body *:not(dialog, dialog *)')"


def test_window_traps_the_focus(visitor: Visitor) -> None:
    page = visitor.page(CLIENTS)
    open_add_client(page)
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE)
    page.keyboard.press("Escape")
    expect(window_of(page)).to_have_count(0)
    expect_focus(page, "add-client")
