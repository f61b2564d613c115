"""Secrets and roles edited, clients found by state and restored, in the browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.journeys.conftest import WITH_AND_WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import add_role, expect_window, open_client, open_tab
from tests.journeys.test_client_actions import remove_client, with_client
from tests.journeys.visitor import Visitor, press, window_of


@WITH_AND_WITHOUT_JAVASCRIPT
def test_edit_secret_with_and_without_javascript(visitor: Visitor) -> None:
    page = with_client(visitor, f"Weir {uuid4()}")
    open_tab(page, "Secrets")
    page.get_by_role("link", name=re.compile("Edit secret")).click()
    window = expect_window(page, "Edit Secret")
    window.get_by_label("Description").fill("Firmware 4.2")
    press(page, "Save")
    expect(page.get_by_role("heading", level=3, name="Firmware 4.2")).to_be_visible()


@WITH_AND_WITHOUT_JAVASCRIPT
def test_edit_roles_of_a_client_and_the_role_itself(visitor: Visitor) -> None:
    role, name = f"Role {uuid4()}", f"Weir {uuid4()}"
    page = with_client(visitor, name)
    page.goto("/security/roles")
    add_role(page, role, "Starts pumps.")
    page.goto(f"/security/clients?q={name}")
    open_client(page, name)
    open_tab(page, "Roles")
    page.get_by_role("link", name="Edit roles").click()
    window = expect_window(page, "Edit Roles")
    window.get_by_label(role).check()
    if not visitor.javascript:
        press(page, "Preview")
    expect(window_of(page).locator("#claims")).to_contain_text(f"{role}, Tenant Member")
    press(page, "Save")
    expect(page.locator("#details").get_by_role("heading", name=role)).to_be_visible()

    page.goto("/security/roles")
    row = page.get_by_role("row").filter(has_text=role)
    row.get_by_role("link", name="1 client").click()
    window = expect_window(page, role)
    expect(window.get_by_role("link", name=name)).to_be_visible()
    window.get_by_role("link", name="Show in Clients").click()
    expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()
    expect(page.get_by_text(f"Role: {role}")).to_be_visible()


@WITH_AND_WITHOUT_JAVASCRIPT
def test_rename_and_remove_role_with_and_without_javascript(visitor: Visitor) -> None:
    role = f"Role {uuid4()}"
    page = visitor.page("/security/roles")
    add_role(page, role, "Starts pumps.")
    page.get_by_role("link", name=f"Edit role {role}").click()
    expect_window(page, "Edit Role").get_by_label("Name").fill(f"{role} B")
    press(page, "Save")
    page.get_by_role("link", name=f"Remove role {role} B").click()
    expect_window(page, "Remove Role")
    press(page, "Remove")
    expect(page.get_by_role("row").filter(has_text=role)).to_have_count(0)


@WITH_AND_WITHOUT_JAVASCRIPT
def test_removed_client_is_found_and_restored(visitor: Visitor) -> None:
    name = f"Weir {uuid4()}"
    page = with_client(visitor, name)
    remove_client(page)

    page.goto(f"/security/clients?q={name}")
    page.get_by_label("Show").select_option("Removed")
    if not visitor.javascript:
        page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name=f"Restore {name}").click()
    expect_window(page, "Restore Client")
    press(page, "Restore")
    expect(window_of(page)).to_have_count(0)
    page.goto(f"/security/clients?show=disabled&q={name}&sort=-used")
    open_client(page, name)


@contextmanager
def offline(page: Page) -> Iterator[None]:
    """Block all requests to the server inside the ``with`` block."""
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)


def test_column_head_sorts_and_keeps_the_focus(visitor: Visitor) -> None:
    visitor.expect("net::ERR_", "htmx:sendError", "htmx:afterRequest")
    page = visitor.page("/security/clients?show=active")
    if page.locator("#sort-used").count() == 0:
        page = with_client(visitor, f"Weir {uuid4()}")
        page.goto("/security/clients?show=active")
    with offline(page):
        page.locator("#sort-used").click()
        expect(page.get_by_role("alert")).to_contain_text("Could not reach the server.")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("th[aria-sort]")).to_contain_text("Last token")
    expect(page).to_have_url(re.compile("sort=used"))
    page.get_by_label("Show").select_option("All clients")
    expect(page).to_have_url(re.compile(r"type=client-credentials&sort=used$"))
    page.go_back()
    expect(page).to_have_url(re.compile("show=active"))
