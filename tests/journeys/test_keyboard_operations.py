"""By keyboard only: every operation on a client, its secrets, a role and the list.

After each window the focus returns to the control that opened it, or to one nearby.
"""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.keyboard import (
    CLIENTS,
    add_and_open,
    close_secret_window,
    confirm,
    expect_focus_back,
    expect_window,
    open_by_keys,
    press_keys,
    secret_control_id,
    tab_to,
    wait_for_htmx,
)
from tests.journeys.visitor import Visitor, expect_focus, window_of
from tests.portal_process import TENANT, PortalProcess


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page(CLIENTS)


def test_keyboard_client_from_add_to_restore(page: Page) -> None:
    add_and_open(page)
    client_id = page.locator("#details-id").inner_text()

    open_by_keys(page, "edit-client", "Edit Client")
    tab_to(page, "id_contact")
    page.keyboard.type("North")
    press_keys(page, "Enter")
    expect_focus_back(page, "edit-client")
    expect(page.locator("#details")).to_contain_text("North")

    disable_and_enable(page)
    choose(page, "Remove Client")
    confirm(page, "Remove")
    expect(page.locator("#details-name")).to_have_count(0)
    expect_focus_back(page, "add-client")  # the pane and the row are gone
    tab_to(page, "id_show")
    page.keyboard.press("End")  # typing would choose "Refused today" on the way
    expect(page.locator(f"#restore-{client_id}")).to_be_visible()
    open_by_keys(page, f"restore-{client_id}", "Restore Client")
    confirm(page, "Restore")
    expect(page.locator("#details-name")).to_be_visible()
    expect_focus_back(page, f"row-{client_id}")


def disable_and_enable(page: Page) -> None:
    for operation, verb, state in (
        ("Disable Client", "Disable", "Disabled"),
        ("Enable Client", "Enable", "Unused"),
    ):
        choose(page, operation)
        confirm(page, verb)
        expect(page.locator("#details .badge").first).to_have_text(state)
        expect_focus_back(page, "more-options")


def choose(page: Page, operation: str) -> None:
    """Choose an operation from More Options."""
    tab_to(page, "more-options")
    press_keys(page, "Enter")
    tab_to(page, operation)
    press_keys(page, "Enter")
    expect_window(page, operation)


@pytest.mark.sweep
def test_keyboard_secrets_and_roles_of_a_client(page: Page) -> None:
    add_and_open(page)
    press_keys(page, "2")
    expect(page.locator("#tab-secrets")).to_have_attribute("aria-current", "page")

    press_keys(page, "s")
    expect_window(page, "Add Secret")
    page.keyboard.type("Second")
    press_keys(page, "Enter")
    close_secret_window(page, "Secret Successfully Added")
    expect_focus_back(page, "add-secret")

    open_by_keys(page, secret_control_id(page, "Second", "Edit"), "Edit Secret")
    page.keyboard.type("Other")
    press_keys(page, "Enter")
    expect(page.get_by_role("heading", level=3, name="Other")).to_be_visible()
    expect_focus_back(page, secret_control_id(page, "Other", "Edit"))

    open_by_keys(page, secret_control_id(page, "Other", "Rotate"), "Rotate Secret")
    page.keyboard.type("Third")
    press_keys(page, "Enter")
    close_secret_window(page, "Secret Successfully Added")
    expect_focus_back(page, "details-name")

    open_by_keys(page, secret_control_id(page, "Third", "Remove"), "Remove Secret")
    confirm(page, "Remove")
    expect(page.get_by_role("heading", level=3, name="Third")).to_have_count(0)
    expect_focus_back(page, "details-name")

    edit_roles(page)


def edit_roles(page: Page) -> None:
    press_keys(page, "3")
    expect(page.locator("#tab-roles")).to_have_attribute("aria-current", "page")
    window = open_by_keys(page, "edit-roles", "Edit Roles")
    press_keys(page, "Tab")
    box = window.get_by_label("Secret Rotator")
    tab_to(page, box.get_attribute("id") or "")
    press_keys(page, "Space")
    expect(window.locator("#claims")).to_contain_text("Secret Rotator, Tenant Member")
    tab_to(page, "id_removes_secrets")
    press_keys(page, "Space")
    press_keys(page, "Enter")
    expect(page.locator("#details").get_by_role("heading", name="Secret Rotator")).to_be_visible()
    expect_focus_back(page, "edit-roles")


@pytest.mark.sweep
def test_keyboard_role_from_add_to_remove(page: Page) -> None:
    name = f"Role {uuid4()}"
    press_keys(page, "g", "r")
    page.wait_for_url("**/security/roles")
    open_by_keys(page, "Add Role", "Add Role")
    page.keyboard.type(name)
    press_keys(page, "Enter")
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_be_visible()
    expect_focus_back(page, "Add Role")

    edit, remove = (
        row.get_by_role("link", name=f"{verb} role").get_attribute("id") or ""
        for verb in ("Edit", "Remove")
    )
    open_by_keys(page, edit, "Edit Role")
    press_keys(page, "End")
    page.keyboard.type(" B")
    press_keys(page, "Enter")
    expect(row).to_contain_text(f"{name} B")
    expect_focus_back(page, edit)

    open_by_keys(page, remove, "Remove Role")
    confirm(page, "Remove")
    expect(row).to_have_count(0)
    expect_focus_back(page, "main")


@pytest.mark.sweep
def test_keyboard_list_and_find(page: Page, live_portal: PortalProcess) -> None:
    word = f"Basin {uuid4()}"
    for number in (1, 2):
        assert (
            live_portal.run("clients", "add", f"{word} {number}", "--tenant", TENANT).returncode
            == 0
        )
    press_keys(page, "/")
    page.keyboard.type(word)
    expect(page.locator(".row-link")).to_have_count(2)
    expect_focus(page, "id_q")
    tab_to(page, "id_show")
    page.keyboard.type("Active")
    expect(page).to_have_url(re.compile("show=active"))
    expect_focus(page, "id_show")
    tab_to(page, "sort-name")
    press_keys(page, "Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Name")
    expect_focus(page, "sort-name")

    disable_two(page)
    press_keys(page, "Control+k")
    expect(page.locator("[data-palette] input")).to_be_focused()
    page.keyboard.type(f"{word} 1")
    expect(page.locator("#found a")).to_have_count(1)
    press_keys(page, "Enter")
    expect(page.locator("#details-name")).to_have_text(f"{word} 1")
    expect(window_of(page)).to_have_count(0)
    wait_for_htmx(page)


def disable_two(page: Page) -> None:
    """Select both clients of the list and disable them."""
    tab_to(page, "select")
    press_keys(page, "Enter")
    ticks = page.locator("[name=clients]")
    expect(ticks).to_have_count(2)
    while not page.evaluate("document.activeElement.matches('[data-select-all]')"):
        press_keys(page, "Tab")
    press_keys(page, "Space")
    expect(page.locator("[data-ticked]")).to_have_text("2")
    open_by_keys(page, "bulk-disable", "Disable clients")
    confirm(page, "Disable")
    expect(page.locator("#toasts")).to_contain_text("2 clients disabled")
    expect(page.locator(".row-link")).to_have_count(0)  # they are no longer Active
    expect_focus_back(page, "add-client")
