"""Accessibility of forms with errors and of intermediate screens."""

from collections.abc import Callable
from typing import Final

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from tests.journeys.accessibility_checks import AccessibilityChecks
from tests.journeys.page_actions import (
    add_client,
    expect_window,
    open_add_client,
    open_window,
    send_wrong,
    to_second_step,
)
from tests.journeys.visitor import Visitor, press, window_of

CLIENTS: Final = "/security/clients"


def test_accessibility_of_forms_with_errors(
    mara: Visitor, address: Callable[[str], str], accessibility: AccessibilityChecks
) -> None:
    page = mara.page("/account")
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("[aria-invalid]")).not_to_have_count(0)
    accessibility.check(page, "Account, errors")
    page.goto("/security/notices")
    page.get_by_role("button", name="Create calendar link").click()
    expect(page.get_by_text("Copy the link now.")).to_be_visible()
    page.get_by_label("URL").fill("http://localhost/")
    page.get_by_label("URL").press("Enter")
    expect(page.locator("#id_webhook_url_error")).to_be_visible()
    accessibility.check(page, "Notices, errors")
    open_window(page, address("security/clients/<client_id>/edit"), "Edit Client")
    window_of(page).get_by_label("Name", exact=True).fill("")
    send_wrong(page, "Save")
    accessibility.check(page, "Edit Client, errors")
    open_window(
        page, address("security/clients/<client_id>/secrets/<secret_id>/rotate"), "Rotate Secret"
    )
    window_of(page).get_by_role("radio", name="On a date").check()
    window_of(page).get_by_label("The old secret ends").fill("never")
    send_wrong(page, "Rotate")
    accessibility.check(page, "Rotate Secret, errors")


@pytest.mark.sweep
def test_accessibility_of_add_client(mara: Visitor, accessibility: AccessibilityChecks) -> None:
    page = mara.page(CLIENTS)
    window = open_add_client(page)
    accessibility.check(page, "Add Client")
    window.get_by_label("Token Lifetime").fill("7200")
    window.get_by_role("checkbox", name="Full control of the tenant").check()
    send_wrong(page, "Continue")
    accessibility.check(page, "Add Client, errors")
    page.goto(CLIENTS)
    to_second_step(page, "For everybody")
    accessibility.check(page, "Add Secret")
    window.get_by_label("Expiration Date and time").fill("never")
    send_wrong(page, "Add")
    accessibility.check(page, "Add Secret, errors")
    window.get_by_role("checkbox", name="Never Expires").check()
    accessibility.check(page, "Never Expires")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    accessibility.check(page, "Client Successfully Created")
    page.keyboard.press("Escape")
    expect(window.get_by_role("button", name="Keep open")).to_be_focused()
    accessibility.check(page, "Not copied")


@pytest.mark.sweep
def test_accessibility_of_add_client_without_a_secret(
    mara: Visitor, accessibility: AccessibilityChecks
) -> None:
    page = mara.page(CLIENTS)
    to_second_step(page, "Without a secret")
    press(page, "Public Key")
    expect_window(page, "Add Public Key")
    send_wrong(page, "Add")
    accessibility.check(page, "Add Client, Public Key, errors")
    press(page, "Federated Identity")
    expect_window(page, "Add Federated Identity")
    accessibility.check(page, "Add Client, platforms")
    press(page, "Google service account")
    expect(window_of(page).get_by_text("Choose another platform")).to_be_visible()
    send_wrong(page, "Add")
    accessibility.check(page, "Add Client, Google, errors")
    window_of(page).get_by_label("Unique id of the service account").fill("112233445566778899001")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    accessibility.check(page, "Client Successfully Created, without a secret")


@pytest.mark.sweep
@pytest.mark.parametrize("client_type", ["authorization-code", "hybrid"])
def test_accessibility_of_windows_with_urls(
    mara: Visitor, accessibility: AccessibilityChecks, client_type: str
) -> None:
    page = mara.page(f"{CLIENTS}?type={client_type}")
    page.locator("#add-client").click()
    window = expect_window(page, "Add Client")
    window.get_by_label("Name", exact=True).fill(f"Map {client_type}")
    for url in ("https://map.example/1", "http://map.example/2"):
        window.locator("#id_redirect_uris").fill(url)
        window.get_by_role("button", name="Add another URL to Allowed Redirect URL(s)").click()
        expect(window.get_by_role("listitem").filter(has_text=url)).to_be_visible()
    send_wrong(page, "Continue" if client_type == "hybrid" else "Add")
    accessibility.check(page, f"Add Client, {client_type}, errors")
    window.get_by_role("button", name="Remove http://map.example/2").click()
    expect(window.get_by_role("listitem").filter(has_text="http://map")).to_have_count(0)
    accessibility.check(page, f"Add Client, {client_type}")
    if client_type == "hybrid":
        press(page, "Continue")
        expect_window(page, "Add Secret")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    accessibility.check(page, f"Client Successfully Created, {client_type}")
    page.goto(f"{CLIENTS}/{window_of(page).locator('#id_client_id').inner_text()}")
    accessibility.check(page, f"Details, {client_type}")


def test_accessibility_of_already_added_and_server_error(
    mara: Visitor, accessibility: AccessibilityChecks
) -> None:
    mara.expect(409, 500)
    page = mara.page(CLIENTS)
    to_second_step(page, "Sent twice")
    sent = page.evaluate("() => [...new FormData(document.querySelector('#window form'))]")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    page.goto(CLIENTS)
    page.evaluate(
        """sent => htmx.ajax('POST', '/security/clients/register',
          { target: '#window', values: Object.fromEntries(sent) })""",
        sent,
    )
    expect_window(page, "Already Added")
    accessibility.check(page, "Already Added")
    html = render_to_string(
        "clients_app/errors/server_error.html", {"operation_id": "x", "title": "x"}
    )
    page.set_content(html)
    accessibility.check(page, "500")


def test_accessibility_of_removed_clients(
    mara: Visitor, accessibility: AccessibilityChecks
) -> None:
    page = mara.page(CLIENTS)
    client_id, _ = add_client(page, "To be removed")
    path = f"{CLIENTS}/{client_id}"
    page.goto(f"{path}/remove")
    press(page, "Remove")
    expect(page.locator("#toasts")).to_contain_text("It can be restored for 30 days.")
    page.goto(f"{CLIENTS}?show=removed")
    accessibility.check(page, "Removed")
    open_window(page, f"{path}/restore", "Restore Client")
    accessibility.check(page, "Restore Client")
