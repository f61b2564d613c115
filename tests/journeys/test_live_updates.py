"""The page follows changes by others without a reload."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, StorageState, expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.page_actions import Credentials, add_client, open_window
from tests.journeys.visitor import Visitor, expect_focus, focused, window_of
from tests.portal_process import TENANT, PortalProcess

POLL = 16_000  # the page polls every 15 s
HIDE = "(hidden) => Object.defineProperty(document, 'hidden', {configurable: true, value: hidden})"
SHOW = "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
COUNT_SHIFTS = """() => {
  window.shifts = 0;
  const count = (list) => (window.shifts += list.getEntries().length);
  new PerformanceObserver(count).observe({ type: "layout-shift" });
}"""


def open_secrets(visitor: Visitor, name: str) -> tuple[Page, Credentials]:
    """Add a client; return a page with its Secrets tab and an adjustable clock."""
    page = visitor.page("/security/clients")
    added = add_client(page, name)
    page.clock.install()
    page.goto(f"/security/clients/{added.client_id}/secrets?q={name}")
    return page, added


def rotate(portal: PortalProcess, client_id: str) -> None:
    ended = portal.run("clients", "rotate", client_id, "--tenant", TENANT)
    assert ended.returncode == 0, ended.stderr


def add(portal: PortalProcess, name: str) -> None:
    added = portal.run("clients", "add", name, "--tenant", TENANT)
    assert added.returncode == 0, added.stderr


def test_pane_follows_changes_by_others(
    live_portal: PortalProcess, new_visitor: NewVisitor, administrator_cookies: StorageState
) -> None:
    visitor = new_visitor(
        live_portal, storage_state=administrator_cookies, viewport={"width": 1440, "height": 480}
    )
    name = f"Followed {uuid4()}"
    page, added = open_secrets(visitor, name)
    expect(page.locator("#row-" + added.client_id)).to_have_count(1)
    page.locator("[id^=rotate-]").first.focus()
    page.locator("#details").evaluate("pane => pane.scrollTop = 60")
    rotate(live_portal, added.client_id)
    page.clock.fast_forward(POLL)

    expect(page.locator("#details")).to_contain_text("Rotation in progress")
    expect(page.locator("#tab-secrets")).to_contain_text("2")
    expect(page.locator("#row-" + added.client_id)).to_have_attribute("aria-current", "true")
    assert focused(page).startswith("rotate-")
    assert page.locator("#details").evaluate("pane => pane.scrollTop") == 60
    assert window_of(page).count() == 0
    assert page.url.endswith(f"/secrets?q={name.replace(' ', '%20')}")


def test_poll_overtaken_response_is_requested_again(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    """An earlier response may arrive later: the list shows the newest state without complaints."""
    page = visitor.page("/security/clients?q=Overtaken")
    add(live_portal, "Overtaken 1")
    held: list[Route] = []
    address = re.compile("/security/clients[?]")
    page.route(address, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(address):
        page.evaluate("htmx.trigger(document.body, 'clientChanged')")
    page.evaluate("htmx.trigger('[data-poll]', 'poll')")
    expect(page.locator(".row-link")).to_have_text("Overtaken 1")

    add(live_portal, "Overtaken 2")
    held[0].continue_()

    expect(page.locator(".row-link")).to_have_text(["Overtaken 1", "Overtaken 2"])


@pytest.mark.sweep
def test_poll_waits_while_the_person_is_busy(visitor: Visitor, live_portal: PortalProcess) -> None:
    """An open menu, a text selection, an open window and a hidden page each pause polling."""
    page, added = open_secrets(visitor, f"At work {uuid4()}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    rotate(live_portal, added.client_id)
    pane = page.locator("#details")

    page.get_by_role("button", name="More Options").click()
    page.clock.fast_forward(POLL)
    expect(page.locator("#more-menu")).to_be_visible()
    page.keyboard.press("Escape")

    page.evaluate("getSelection().selectAllChildren(document.querySelector('#details-id'))")
    page.clock.fast_forward(POLL)
    expect(pane).not_to_contain_text("Rotation in progress")
    assert page.evaluate("getSelection().toString()") == added.client_id
    page.evaluate("getSelection().removeAllRanges()")

    page.evaluate(HIDE, True)
    asked.clear()
    page.clock.fast_forward(10 * POLL)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/live" in url]
    expect(pane).not_to_contain_text("Rotation in progress")

    page.evaluate(SHOW)  # visible again: polls immediately
    expect(pane).to_contain_text("Rotation in progress")


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="More Options").click()
    expect(page.locator("#more-menu")).to_be_visible()


def select_text(page: Page) -> None:
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#details-id'))")


def unselect_text(page: Page) -> None:
    page.evaluate("getSelection().removeAllRanges()")


def open_find(page: Page) -> None:
    open_window(page, "/find", "Find")


def press_escape(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open], #more-menu:popover-open")).to_have_count(0)


@pytest.mark.sweep
def test_poll_that_arrives_while_the_person_is_busy_changes_nothing(
    visitor: Visitor, live_portal: PortalProcess
) -> None:
    """The poll was sent before; the next one shows what changed."""
    page, added = open_secrets(visitor, f"Late {uuid4()}")
    held: list[Route] = []
    page.route(re.compile("/live"), lambda route: held.append(route))
    rotate(live_portal, added.client_id)
    for begin, end in (
        (open_menu, press_escape),
        (select_text, unselect_text),
        (open_find, press_escape),
    ):
        with page.expect_request(re.compile("/live/secrets")):
            page.clock.fast_forward(POLL)
        begin(page)

        assert held
        for route in held:
            with page.expect_response(route.request.url):
                route.continue_()
        held.clear()
        page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done)))")
        expect(page.locator("#details")).not_to_contain_text("Rotation in progress")
        if begin is open_menu:
            expect(page.locator("#more-menu")).to_be_visible()
        end(page)

    page.unroute(re.compile("/live"))
    page.clock.fast_forward(POLL)
    expect(page.locator("#details")).to_contain_text("Rotation in progress")


def test_poll_keeps_open_parts_and_focus(visitor: Visitor, live_portal: PortalProcess) -> None:
    page, added = open_secrets(visitor, f"Opened {uuid4()}")
    answer = page.request.post(
        "/identity/connect/token",
        form={
            "grant_type": "client_credentials",
            "client_id": added.client_id,
            "client_secret": added.plain,
        },
    )
    assert answer.status == 200
    rotate(live_portal, added.client_id)
    hours = page.locator("details").filter(has_text="Tokens per hour")
    for _ in range(80):  # counts are written every few seconds
        page.clock.fast_forward(POLL)
        page.wait_for_timeout(700)
        if hours.count():
            break
    hours.locator("summary").click()
    expect(hours).to_have_attribute("open", "")
    expect_focus(page, "Tokens per hour")

    changed = live_portal.run("roles", "add", f"R {uuid4()}", "--tenant", TENANT)
    assert changed.returncode == 0, changed.stderr
    page.locator("#details").evaluate("pane => pane.dataset.old = 'yes'")
    page.evaluate(COUNT_SHIFTS)
    with page.expect_response(lambda answer: "/live/secrets" in answer.url and answer.ok):
        page.clock.fast_forward(POLL)
    expect(page.locator("#details:not([data-old])")).to_have_count(1)
    expect(hours).to_have_attribute("open", "")
    expect_focus(page, "Tokens per hour")
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") == 0
