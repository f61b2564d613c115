"""Operations on an existing client in the browser, with and without JavaScript."""

from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import add_client, close, expect_window, open_client
from tests.journeys.visitor import Visitor, expect_focus, press, window_of


def with_client(visitor: Visitor, name: str) -> Page:
    """Add a client; return the page with its Details open."""
    page = visitor.page("/security/clients")
    add_client(page, name)
    if visitor.javascript:
        page.evaluate("document.querySelector('[data-once]').dataset.copied = 'yes'")
    close(page)
    page.goto(f"/security/clients?q={name}")
    open_client(page, name)
    return page


def choose_action(page: Page, name: str) -> None:
    """Choose from More Options."""
    page.get_by_role("button", name="More Options").click()
    page.locator("#more-menu").get_by_role("link", name=name).click()


def remove_client(page: Page) -> None:
    """Remove the client whose details are open."""
    choose_action(page, "Remove Client")
    expect_window(page, "Remove Client")
    press(page, "Remove")
    expect(page.locator("#toasts")).to_contain_text("It can be restored for 30 days.")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_edit_client_with_and_without_javascript(visitor: Visitor) -> None:
    name = f"Gate {uuid4()}"
    page = with_client(visitor, name)

    page.get_by_role("link", name="Edit Client").click()
    window = expect_window(page, "Edit Client")
    window.get_by_label("Name", exact=True).fill(f"{name} B")
    window.get_by_label("Contact").fill("North")
    press(page, "Save")
    expect(window_of(page)).to_have_count(0)
    expect(page.locator("#details-name")).to_have_text(f"{name} B")
    expect(page.locator("#details")).to_contain_text("North")
    if visitor.javascript:
        expect_focus(page, "edit-client")


@WITH_AND_WITHOUT_JAVASCRIPT
def test_disable_enable_and_remove_client_with_and_without_javascript(visitor: Visitor) -> None:
    name = f"Gate {uuid4()}"
    page = with_client(visitor, name)

    choose_action(page, "Disable Client")
    expect_window(page, "Disable Client")
    press(page, "Disable")
    expect(page.locator("#details .badge").first).to_have_text("Disabled")
    if visitor.javascript:
        expect_focus(page, "more-options")
    choose_action(page, "Enable Client")
    expect_window(page, "Enable Client")
    press(page, "Enable")
    expect(page.locator("#details .badge").first).to_have_text("Unused")

    remove_client(page)
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    expect(page.locator("#details-name")).to_have_count(0)


def test_edit_client_concurrent_change_is_shown(visitor: Visitor) -> None:
    visitor.expect(422)
    name = f"Gate {uuid4()}"
    page = with_client(visitor, name)
    other = visitor.page(page.url)
    for one in (page, other):
        one.get_by_role("link", name="Edit Client").click()
        expect_window(one, "Edit Client")
    window_of(other).get_by_label("Contact").fill("South")
    press(other, "Save")
    expect(window_of(other)).to_have_count(0)

    window_of(page).get_by_label("Contact").fill("North")
    press(page, "Save")
    expect(window_of(page).locator("#id_contact_error")).to_have_text("Now: South")
    expect(window_of(page).get_by_label("Contact")).to_have_value("North")
    press(page, "Save")
    expect(page.locator("#details")).to_contain_text("North")
