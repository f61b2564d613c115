"""Authorization Code and Hybrid clients in the browser: URL lists, windows, Details."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import SECRET, expect_window, open_client
from tests.journeys.test_client_actions import choose_action, remove_client
from tests.journeys.visitor import Visitor, press, window_of

URL = "https://map.example/callback"


def fill_in(visitor: Visitor, client_type: str, name: str) -> Page:
    """Open the Add window of a type from the list and fill in a name and two URLs."""
    page = visitor.page(f"/security/clients?type={client_type}")
    page.locator("#add-client").click()
    window = expect_window(page, "Add Client")
    window.get_by_label("Name", exact=True).fill(name)
    plus = "Add another URL to Allowed Redirect URL(s)"
    for url in (f"{URL}/1", f"{URL}/2", f"{URL}/3"):
        window.locator("#id_redirect_uris").fill(url)
        window.get_by_role("button", name=plus).click()
        expect(window.get_by_role("listitem").filter(has_text=url)).to_be_visible()
        expect(window.locator("#id_redirect_uris")).to_be_focused()
    window.get_by_role("button", name=f"Remove {URL}/2").click()
    expect(window.get_by_role("listitem").filter(has_text=f"{URL}/2")).to_have_count(0)
    expect(window.get_by_label("Name", exact=True)).to_have_value(name)
    return page


@WITH_AND_WITHOUT_JAVASCRIPT
def test_authorization_code_client_from_add_to_restore(visitor: Visitor) -> None:
    name = f"Map {uuid4()}"
    page = fill_in(visitor, "authorization-code", name)
    window_of(page).get_by_label("Name", exact=True).press("Enter")
    window = expect_window(page, "Client Successfully Created")
    expect(window.locator("#id_client_id")).to_be_visible()
    expect(window.locator("#id_client_secret")).to_have_count(0)
    window.get_by_role("link", name="Close").click()

    page.goto(f"/security/clients?type=authorization-code&q={name}")
    open_client(page, name)
    expect(page.locator("#details")).to_contain_text(f"{URL}/1")
    expect(page.locator("#details")).to_contain_text("Connect your application")
    page.get_by_role("link", name="Edit Client").click()
    window = expect_window(page, "Edit Client")
    window.get_by_role("button", name=f"Remove {URL}/1").click()
    press(page, "Save")
    expect(page.locator("#details")).not_to_contain_text(f"{URL}/1")
    expect(page.locator("#details")).to_contain_text(f"{URL}/3")
    disable_remove_and_restore(page, "authorization-code", name)


@pytest.mark.sweep
@WITH_AND_WITHOUT_JAVASCRIPT
def test_hybrid_client_from_add_to_restore(visitor: Visitor) -> None:
    name = f"Portal {uuid4()}"
    page = fill_in(visitor, "hybrid", name)
    press(page, "Continue")
    expect_window(page, "Add Secret")
    press(page, "Back")
    expect(window_of(page).get_by_role("listitem").filter(has_text=f"{URL}/3")).to_be_visible()
    press(page, "Continue")
    expect_window(page, "Add Secret")
    press(page, "Add")
    window = expect_window(page, "Client Successfully Created")
    assert SECRET.fullmatch(window.locator("#id_client_secret").inner_text())

    page.goto(f"/security/clients?type=hybrid&q={name}")
    open_client(page, name)
    page.get_by_role("link", name="Edit Client").click()
    window = expect_window(page, "Edit Client")
    window.locator("#id_post_logout_redirect_uris").fill(f"{URL}/bye")
    window.get_by_label("Allow Refresh Token").check()
    press(page, "Save")
    expect(page.locator("#details")).to_contain_text(f"{URL}/bye")
    disable_remove_and_restore(page, "hybrid", name)


def disable_remove_and_restore(page: Page, client_type: str, name: str) -> None:
    """Run the operations that every type has on the open client."""
    for operation, verb, state in (
        ("Disable Client", "Disable", "Disabled"),
        ("Enable Client", "Enable", "Unused"),
    ):
        choose_action(page, operation)
        expect_window(page, operation)
        press(page, verb)
        expect(page.locator("#details .badge").first).to_have_text(state)
    remove_client(page)
    page.goto(f"/security/clients?type={client_type}&show=removed&q={name}")
    page.get_by_role("link", name=f"Restore {name}").click()
    expect_window(page, "Restore Client")
    press(page, "Restore")
    expect(window_of(page)).to_have_count(0)
    page.goto(f"/security/clients?type={client_type}&show=disabled&q={name}")
    expect(open_client(page, name)).to_contain_text(f"{URL}/3")
