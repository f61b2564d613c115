"""What a person does on the screens; each function returns when the screen shows the result."""

import re
from typing import NamedTuple
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.journeys.visitor import PATIENCE_MS, Visitor, press, window_of
from tests.waiting import wait_until

CLIENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RELOAD_EVERY_S = 0.5  # each takes the browser and the server a tenth of a second
SECRET = re.compile(r"pcs_[0-9A-Za-z]{49}")


class Credentials(NamedTuple):
    """The two values that the window shows once."""

    client_id: str
    plain: str


def expect_window(page: Page, title: str) -> Locator:
    """Wait for the window of this title; return it."""
    expect(window_of(page).locator("#window-title")).to_have_text(title)
    return window_of(page)


def open_window(page: Page, address: str, title: str) -> None:
    """Open a window over the page as its link does; an open one closes.

    A change that was just made may still lead to another page: each document is asked once.
    """
    page.wait_for_function(
        """([address, call]) => {
            if (!window.htmx) return false
            if (window.call !== call) {
                window.call = call
                window.answered = false
                const open = document.querySelector('dialog[open]')
                const closed = new Promise((done) => {
                    if (!open) return done()
                    open.addEventListener('close', done, { once: true })
                    open.close()
                })
                closed.then(() => htmx.ajax('GET', address, '#window'))
                    .then(() => { window.answered = true })
            }
            return window.answered
        }""",
        arg=[address, str(uuid4())],
        timeout=PATIENCE_MS,
    )
    expect_window(page, title)


def reload_until_visible(page: Page, shown: Locator) -> None:
    """Reload the page until it shows what the server writes some seconds later."""
    wait_until(lambda: page.reload() and shown.is_visible(), every_s=RELOAD_EVERY_S)


def open_place(page: Page, name: str) -> None:
    """Go to a page of the left pane."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def add_role(page: Page, name: str, description: str) -> None:
    """Add a role, from the page of the roles."""
    page.get_by_role("link", name="Add Role").click()
    window = expect_window(page, "Add Role")
    window.get_by_label("Name").fill(name)
    window.get_by_label("Description").fill(description)
    press(page, "Add")
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Tenant Custom")


def open_add_client(page: Page) -> Locator:
    """Open the window Add Client from the toolbar of the list; return it."""
    toolbar = page.get_by_role("form", name="Clients toolbar")
    toolbar.get_by_role("link", name="Add Client").click()
    return expect_window(page, "Add Client")


def to_second_step(page: Page, name: str) -> Locator:
    """Fill in only the name, and continue to Add Secret; return that window."""
    window = open_add_client(page)
    window.get_by_label("Name").fill(name)
    press(page, "Continue")
    return expect_window(page, "Add Secret")


def add_client(page: Page, name: str) -> Credentials:
    """Add a client with default values from the list; its window stays open."""
    to_second_step(page, name)
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    return shown_credentials(page)


def shown_credentials(page: Page) -> Credentials:
    """Return the two values as the window shows them."""
    window = window_of(page)
    client_id = window.locator("#id_client_id").inner_text()
    plain = window.locator("#id_client_secret").inner_text()
    assert CLIENT_ID.fullmatch(client_id)
    assert SECRET.fullmatch(plain)
    return Credentials(client_id, plain)


def copied_credentials(visitor: Visitor, page: Page) -> Credentials:
    """Press both Copy buttons; return what the clipboard holds after each."""
    visitor.context.grant_permissions(
        ["clipboard-read", "clipboard-write"], origin=visitor.portal.url
    )
    values = []
    for label in ("Client Id", "Client Secret"):
        button = window_of(page).get_by_role("button", name=f"Copy {label}")
        button.click()
        expect(button).to_have_text("Copied")
        values.append(page.evaluate("navigator.clipboard.readText()"))
    expect(window_of(page).get_by_text("Client Secret copied", exact=True)).to_be_visible()
    return Credentials(*values)


def close(page: Page) -> None:
    """Press Close and wait until the window is gone."""
    window_of(page).get_by_text("Close", exact=True).locator("visible=true").click()
    expect_closed(page)


def expect_closed(page: Page) -> None:
    """Wait until no window is open and its content is gone, one browser task later."""
    expect(window_of(page)).to_have_count(0)
    expect(page.locator("[data-once]")).to_have_count(0)


def open_tab(page: Page, name: str) -> Locator:
    """Open a tab of the Details pane; return the pane."""
    page.get_by_role("navigation", name="Client").get_by_role("link", name=name).click()
    tab = page.get_by_role("navigation", name="Client").get_by_role("link", name=name)
    expect(tab).to_have_attribute("aria-current", "page")
    return page.locator("#details")


def open_client(page: Page, name: str) -> Locator:
    """Open a client of the list in the Details pane; return the pane."""
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("#details").get_by_role("heading", level=2)).to_have_text(name)
    return page.locator("#details")


def remove_secret(page: Page, description: str) -> None:
    """Remove a secret on the tab Secrets."""
    page.get_by_role("link", name=re.compile(f"Remove secret.*{description}")).click()
    window = expect_window(page, "Remove Secret")
    expect(window).to_contain_text(description)
    press(page, "Remove")
    expect(window_of(page)).to_have_count(0)
    expect(page.get_by_role("heading", level=3, name=description)).to_have_count(0)


def send_wrong(page: Page, button: str) -> None:
    """Press the button; return when the refused form is back in the window."""
    page.evaluate("() => { document.querySelector('#window form').dataset.old = '' }")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        press(page, button)
    assert answer.value.status == 422
    expect(page.locator("#window form:not([data-old])")).to_have_count(1)


def disable_ticked(page: Page, *, count: int) -> None:
    """Disable the ticked clients, of which there are ``count``."""
    page.get_by_role("button", name="Disable", exact=True).click()
    window = expect_window(page, "Disable clients")
    expect(window).to_contain_text(f"Applies to all {count} clients")
    press(page, "Disable")
    expect(page.locator("#toasts .toast").first).to_contain_text(f"{count} clients disabled.")
