"""Single-key shortcuts of the list and of the open client; none acts in a field."""

from uuid import uuid4

from playwright.sync_api import expect

from tests.journeys.page_actions import expect_window
from tests.journeys.test_client_actions import with_client
from tests.journeys.visitor import Visitor, expect_focus, focused, window_of
from tests.portal_process import TENANT, PortalProcess


def test_shortcuts_act_on_the_list_and_the_open_client(visitor: Visitor) -> None:
    name = f"Sluice {uuid4()}"
    with_client(visitor, name)
    page = visitor.page(f"/security/clients?q={name}")

    page.keyboard.press("j")
    row = focused(page)
    assert row.startswith("row-")
    page.keyboard.press("Enter")
    expect(page.locator("#details-name")).to_have_text(name)
    address = page.url
    for key, tab in {
        "2": "Secrets",
        "3": "Roles",
        "4": "APIs",
        "5": "Activity",
        "1": "Details",
    }.items():
        page.keyboard.press(key)
        opened = page.get_by_role("navigation", name="Client").get_by_role("link", name=tab)
        expect(opened).to_have_attribute("aria-current", "page")
    page.keyboard.press("s")
    expect_window(page, "Add Secret")
    page.keyboard.press("Escape")
    expect(window_of(page)).to_have_count(0)
    page.keyboard.press("c")
    expect_window(page, "Add Client")
    for _ in range(2):
        page.keyboard.press("Escape")
        expect(window_of(page)).to_have_count(0)
    expect(page.locator("#details-name")).to_have_count(0)
    page.goto(address)
    page.keyboard.press("Escape")
    expect_focus(page, row)


def test_shortcuts_in_a_focused_field_do_nothing(visitor: Visitor) -> None:
    page = visitor.page("/security/clients")

    page.keyboard.press("/")
    expect_focus(page, "id_q")
    page.keyboard.type("cs1")
    expect(page.locator("#id_q")).to_have_value("cs1")
    expect(window_of(page)).to_have_count(0)


def test_shortcuts_turned_off_do_nothing(visitor: Visitor, live_portal: PortalProcess) -> None:
    page = visitor.page("/account")
    uses = page.get_by_label("Use single-key shortcuts")
    uses.uncheck()
    page.get_by_role("button", name="Save shortcuts").click()
    expect(page.locator("body[data-shortcuts=off]")).to_have_count(1)
    page.goto(f"{live_portal.url}/security/clients")
    for key in ("c", "/", "?"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    expect(window_of(page)).to_have_count(0)
    assert focused(page) != "id_q"
    page.goto(f"{live_portal.url}/account")
    uses.check()
    page.get_by_role("button", name="Save shortcuts").click()
    expect(page.locator("body[data-shortcuts=off]")).to_have_count(0)


def test_shortcuts_open_find_and_pages(visitor: Visitor, live_portal: PortalProcess) -> None:
    added = live_portal.run("clients", "add", "Quarry weighbridge", "--tenant", TENANT)
    assert added.returncode == 0
    page = visitor.page("/security/roles")

    page.keyboard.press("Control+k")
    expect(page.locator("[data-palette] input")).to_be_focused()
    page.keyboard.type("quarry")
    expect(page.locator("#found mark")).to_have_text("Quarry")
    page.keyboard.press("Enter")
    expect(page.locator("#details-name")).to_have_text("Quarry weighbridge")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-palette] input")).to_be_focused()
    page.keyboard.type("keyboard sh")
    expect(page.locator("#found a")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(window_of(page).get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/security/roles")
    page.keyboard.press("?")
    expect(window_of(page).get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
