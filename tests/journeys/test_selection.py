"""Clients ticked in the list: kept over its pages, with room for the buttons below it."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.conftest import WITHOUT_JAVASCRIPT
from tests.journeys.page_actions import disable_ticked, expect_window
from tests.journeys.test_screen_details import seed
from tests.journeys.visitor import Visitor

CLIENTS = "/security/clients"


def test_ticks_are_kept_and_counted_over_pages(visitor: Visitor) -> None:
    word = f"Zz Ticked {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=60)
    page = visitor.page(f"{CLIENTS}?q={word}&select=1")
    page.get_by_label(f"Select {word} 000").check()
    page.get_by_label(f"Select {word} 001").check()
    page.get_by_role("link", name="Next", exact=True).click()
    page.get_by_label(f"Select {word} 055").check()

    expect(page.locator(".bulk-count")).to_have_text(re.compile(r"3\s+selected, 2 on other pages"))
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_label(f"Select {word} 001")).to_be_checked()
    page.get_by_label(f"Select {word} 001").uncheck()
    disable_ticked(page, count=2)


@WITHOUT_JAVASCRIPT
def test_ticks_are_kept_over_pages_without_javascript(visitor: Visitor) -> None:
    word = f"Zz Ticked {uuid4().hex[:8]}"
    seed(visitor.portal, word, clients=60)
    page = visitor.page(f"{CLIENTS}?q={word}&select=1")
    page.get_by_label(f"Select {word} 000").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label(f"Select {word} 055").check()
    elsewhere = page.locator(".bulk noscript p")  # whose text Playwright does not read
    expect(elsewhere).to_be_visible()
    assert elsewhere.inner_text() == "1 selected on another page"
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_label(f"Select {word} 000")).to_be_checked()

    page.get_by_role("button", name="Disable", exact=True).click()

    expect(expect_window(page, "Disable clients")).to_contain_text("Applies to all 2 clients")


def test_session_warning_leaves_the_bulk_buttons_free_and_can_be_dismissed(
    visitor: Visitor,
) -> None:
    page = visitor.page(f"{CLIENTS}?select=1")
    if page.locator(".bulk").count() == 0:
        seed(visitor.portal, f"Warned {uuid4().hex[:8]}", clients=1)
        page.goto(f"{CLIENTS}?select=1")
    page.clock.install()
    page.route("**/session", lambda route: route.fulfill(headers={"Session-Left": "100"}))
    page.reload()
    page.locator("[name=clients]").first.check()
    page.clock.fast_forward(29 * 60_000)
    warning = page.locator(".session-warning")
    expect(warning).to_be_visible()

    page.locator("#bulk-tags").click()  # is covered by nothing
    expect_window(page, "Edit tags")
    page.keyboard.press("Escape")
    expect(warning).to_have_count(0)  # that was activity
    page.clock.fast_forward(29 * 60_000)
    warning.get_by_role("button", name="Dismiss").click()
    page.clock.fast_forward(10_000)
    expect(warning).to_have_count(0)
