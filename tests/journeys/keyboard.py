"""Uses the screens with the keyboard only."""

import re
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.journeys import page_actions
from tests.journeys.visitor import expect_focus, focused, window_of

CLIENTS = "/security/clients"


def wait_for_htmx(page: Page) -> None:
    """Wait until htmx has settled: scripted keys are faster than hands."""
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
    )


def expect_window(page: Page, title: str) -> Locator:
    """Wait for the window of this title; it is a dialog over the same page."""
    window = page_actions.expect_window(page, title)
    wait_for_htmx(page)
    expect(page.locator("dialog[open]:focus-within")).to_be_visible()
    return window


def press_keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        wait_for_htmx(page)
        page.keyboard.press(key)


def open_by_keys(page: Page, control: str, title: str) -> Locator:
    """Tab to the control that opens the window of this title, and press Enter."""
    tab_to(page, control)
    press_keys(page, "Enter")
    return expect_window(page, title)


def expect_focus_back(page: Page, place: str) -> None:
    """Expect the window closed and the focus at ``place``, even after a refresh behind."""
    expect(window_of(page)).to_have_count(0)
    still_there = "() => getComputedStyle(document.querySelector('#window')).display"
    assert page.evaluate(still_there) == "none"  # a fading window would keep the focus
    wait_for_htmx(page)
    expect_focus(page, place)


def confirm(page: Page, verb: str) -> None:
    """In a confirmation the focus is at Cancel; tab to ``verb`` and press it."""
    expect_focus(page, "Cancel")
    tab_to(page, verb)
    press_keys(page, "Enter")


def close_secret_window(page: Page, title: str) -> None:
    """Close the window that shows a secret once; it asks first, as nothing was copied."""
    window = expect_window(page, title)
    tab_to(page, "Close")
    press_keys(page, "Enter")
    expect(window.get_by_role("alert")).to_contain_text("Close anyway?")
    expect_focus(page, "Keep open")
    press_keys(page, "Shift+Tab", "Enter")


def add_by_keys(page: Page, name: str) -> None:
    press_keys(page, "c")
    expect_window(page, "Add Client")
    page.keyboard.type(name)
    press_keys(page, "Enter")
    expect_window(page, "Add Secret")
    page.keyboard.type("First")
    press_keys(page, "Enter")
    close_secret_window(page, "Client Successfully Created")
    expect(page.locator("#details-name")).to_have_text(name)
    expect_focus_back(page, f"row-{page.locator('#details').get_attribute('data-client')}")


def add_and_open(page: Page) -> None:
    """Add a client and open it from the list."""
    name = f"Weir {uuid4()}"
    add_by_keys(page, name)
    page.goto(f"{CLIENTS}?q={name}")
    press_keys(page, "j", "Enter")
    expect(page.locator("#details-name")).to_have_text(name)


def secret_control_id(page: Page, description: str, operation: str) -> str:
    """Return the id of a control of a secret."""
    name = re.compile(f"{operation} secret.*{description}")
    return page.get_by_role("link", name=name).get_attribute("id") or ""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this id or text has the focus."""
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if name in (passed[-1], passed[-1].removesuffix(" ")):
            return
    raise AssertionError(f"Tab never came to {name}, but to {passed}")
