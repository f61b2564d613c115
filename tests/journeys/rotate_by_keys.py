"""From the portal's first page to the first rotation of what expires this week, by keys alone."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.journeys.keyboard import expect_window, press_keys, tab_to
from tests.journeys.visitor import expect_focus, window_of

COUNT: Final = """
addEventListener("keydown", () => {
  sessionStorage.pressed = Number(sessionStorage.pressed ?? 0) + 1;
}, true);
"""


def rotate_first_by_keys(page: Page) -> int:
    """Rotate the first secret that expires this week and copy its successor.

    Returns how many keys were pressed; needs the permission to use the clipboard.
    """
    page.add_init_script(COUNT)
    page.goto("/")
    strip = page.get_by_role("navigation", name="Needs attention")
    this_week = strip.get_by_role("link", name="this week").text_content() or ""
    press_keys(page, "/")  # into Filter, which is near
    tab_to(page, this_week.strip())
    press_keys(page, "Enter")
    expect(page.locator("#rotate-all")).to_be_visible()
    press_keys(page, "/")
    tab_to(page, "rotate-all")
    press_keys(page, "Enter")
    expect_focus(page, "rotate-next")
    press_keys(page, "Enter")
    expect_window(page, "Rotate Secret")
    press_keys(page, "Enter")
    window = expect_window(page, "Secret Successfully Added")
    expect_focus(page, "Copy")  # the Client Id's
    tab_to(page, "Copy")
    press_keys(page, "Enter")
    expect(window.locator("[data-note]")).to_contain_text("Client Secret copied")
    press_keys(page, "Escape")
    expect(window_of(page)).to_have_count(0)
    expect(page.locator("#run")).to_contain_text("1 of ")
    return int(page.evaluate("sessionStorage.pressed"))
