"""axe-core finds nothing on any screen: WCAG 2.2 A and AA, and best practices."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.steps import (
    add_client,
    add_role,
    close,
    copied,
    expect_window,
    open_add_client,
    open_client,
    open_tab,
    send_wrong,
)
from tests.journeys.visitor import ARGUMENTS, Visitor, chromium_path, press, sign_in, window_of
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.journey

LOOKS = {
    "wide and light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "half and dark": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
}
Check = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for this module; it ends before other tests, as that of the journeys does."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(params=LOOKS.values(), ids=LOOKS)
def visitor(
    chromium: Browser, live_portal: PortalProcess, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """A visitor of one size and theme; axe-core sets styles, which our policy forbids."""
    visitor = Visitor(chromium, live_portal, bypass_csp=True, **request.param)
    visitor.expect(403, 404, 422)
    yield visitor
    assert visitor.leave() == []


@pytest.fixture
def check() -> Check:
    axe = Axe()

    def check(page: Page, screen: str) -> None:
        page.wait_for_timeout(250)  # until what fades in has come
        found = axe.run(page).response["violations"]
        assert [_told(violation) for violation in found] == [], screen

    return check


def _told(violation: Any) -> str:
    nodes = [node["target"] for node in violation["nodes"]]
    return f"{violation['id']}: {nodes} {violation['nodes'][0]['failureSummary']}"


def test_signed_out(visitor: Visitor, check: Check) -> None:
    for path in ("/sign-in", "/forgot-password", "/choose-password/x-y", "/nowhere"):
        check(visitor.page(path), path)
    page = visitor.page("/sign-in")
    sign_in(page, f"nobody {uuid4()}")
    check(page, "a wrong pair")


def test_screens(visitor: Visitor, check: Check) -> None:
    name = f"Reservoir {uuid4()}"
    page = visitor.page("/security/clients")
    sign_in(page)
    add_client(page, name)
    copied(visitor, page)
    close(page)
    for path in ("", "?q=turbnie", "?type=hybrid", "?q=reservoir", "/add", f"/{uuid4()}"):
        page.goto(f"/security/clients{path}")
        check(page, path)
    page.goto("/security/clients?q=reservoir")
    open_client(page, name)
    check(page, "Details")
    for tab in ("Secrets", "Roles", "Activity"):
        open_tab(page, tab)
        check(page, tab)
    open_tab(page, "Secrets")
    page.get_by_role("link", name="Remove secret").click()
    expect_window(page, "Remove Secret")
    check(page, "Remove Secret")
    page.goto("/security/roles")
    check(page, "Roles")


def test_windows(visitor: Visitor, check: Check) -> None:
    page = visitor.page("/security/clients")
    sign_in(page)
    open_add_client(page)
    check(page, "Add Client")
    window_of(page).get_by_label("Token Lifetime").fill("7200")
    send_wrong(page, "Continue")
    check(page, "Add Client with errors")
    window_of(page).get_by_label("Name").fill(f"Reservoir {uuid4()}")
    window_of(page).get_by_label("Token Lifetime").fill("")
    press(page, "Continue")
    expect_window(page, "Add Secret")
    check(page, "Add Secret")
    window_of(page).get_by_label("Never Expires").check()
    check(page, "Add Secret, Never Expires")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    check(page, "Client Successfully Created")
    window_of(page).get_by_text("Close", exact=True).locator("visible=true").click()
    check(page, "Client Successfully Created, not copied")


def test_role_window(visitor: Visitor, check: Check) -> None:
    page = visitor.page("/security/roles/add")
    sign_in(page)
    check(page, "Add Role as a page")
    page.goto("/security/roles")
    page.get_by_role("link", name="Add Role").click()
    expect_window(page, "Add Role")
    check(page, "Add Role")
    page.keyboard.press("Escape")
    add_role(page, f"Role {uuid4()}", "Starts pumps.")
    check(page, "Roles, said")
