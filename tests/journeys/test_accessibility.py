"""Every screen and window for everybody: axe-core, narrow windows, large text."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.conftest import Visit
from tests.journeys.steps import expect_window, open_add_client, send_wrong, to_second_step
from tests.journeys.visitor import DESK, PHONE, Visitor, press, window_of
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.journey

TAGS = [f"wcag2{level}" for level in ("a", "aa", "1a", "1aa", "2aa")]
EVERYTHING = {"runOnly": [*TAGS, "best-practice"]}
#: each width and each theme once
LOOKS = (
    (DESK, "light"),
    ({"width": 1024, "height": 768}, "dark"),
    (PHONE, "light"),
    ({"width": 320, "height": 640}, "dark"),
)
CLIENTS = "/security/clients"
PUMP = "Pump Station 14 gateway"

#: ends when colours that fade have arrived
STILL = """() => new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))
  .then(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
#: texts that are cut off, or that stick out of the box that cuts them
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const style = getComputedStyle(element);
  if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".sr-only, .skip"))
    return false;
  if (!element.textContent.trim() || style.display === "inline") return false;
  if (element.clientHeight < 2) return false;  // for screen readers alone
  const cuts = (axis) => ["hidden", "clip"].includes(style[`overflow${axis}`]);
  return (cuts("X") && element.scrollWidth > element.clientWidth + 1)
    || (cuts("Y") && element.scrollHeight > element.clientHeight + 1);
}).map((element) =>
  `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`)"""

#: controls that forced colours leave without an edge
EDGELESS = """() => [...document.querySelectorAll(".btn-primary, .btn-danger, .input, .select")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest(".sr-only") && !element.matches(".sr-only")
    && getComputedStyle(element).borderTopWidth === "0px"
    && !["input-wrap", "select-wrap", "roles"].some((box) => element.closest(`.${box}`)))
  .map((element) => `${element.tagName}.${element.className}`)"""


class Look:
    """Looks at one screen after the other, in each size and theme, and collects what is wrong."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.faults: list[str] = []

    def at(self, page: Page, screen: str) -> None:
        """Look at what the page shows now; afterwards it is as it was."""
        for size, theme in LOOKS:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.evaluate(STILL)
            self._run_axe(page, f"{screen}, {size['width']}, {theme}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                self.faults.append(f"{screen}: {wide} pixels wide in {size['width']}")
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        self.faults += [f"{screen}, text at 200 %: {cut}" for cut in page.evaluate(CUT_OFF)]
        page.evaluate("() => { document.documentElement.style.fontSize = '' }")
        page.emulate_media(forced_colors="active")
        self.faults += [f"{screen}, forced colours: {gone}" for gone in page.evaluate(EDGELESS)]
        page.emulate_media(forced_colors="none", color_scheme="light")

    def _run_axe(self, page: Page, where: str) -> None:
        found = self.axe.run(page, options=EVERYTHING).response
        for violation in found["violations"]:
            nodes = "; ".join(f"{node['target']} {node['html']}" for node in violation["nodes"])
            self.faults.append(f"{where}: {violation['id']}: {nodes}")


@pytest.fixture
def look() -> Iterator[Look]:
    """What looks; at the end of the test it must have found nothing."""
    look = Look()
    yield look
    assert not look.faults, "\n".join(look.faults)


@pytest.fixture
def arrive(
    live_portal: PortalProcess, visit: Visit, larkfield: dict[str, StorageState]
) -> Callable[[str], Visitor]:
    """A function that returns the browser of one of the people of Larkfield Water.

    axe-core sets styles of its own, which our policy forbids: here alone it is not in force.
    """

    def arrive(username: str) -> Visitor:
        visitor = visit(live_portal, storage_state=larkfield.get(username), bypass_csp=True)
        visitor.expect(403, 404, 422)
        return visitor

    return arrive


def test_before_signing_in(
    live_portal: PortalProcess, arrive: Callable[[str], Visitor], look: Look
) -> None:
    page = arrive("nobody").page("/sign-in")
    look.at(page, "Sign in")
    page.goto("/forgot-password")
    look.at(page, "Forgot password?")
    link = live_portal.manage("people", "reset-link", "jonas.berg").stdout.split()[-1]
    page.goto(link)
    look.at(page, "Choose a password")
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[aria-invalid]")).not_to_have_count(0)
    look.at(page, "Choose a password, errors")


def test_lists(arrive: Callable[[str], Visitor], look: Look) -> None:
    page = arrive("mara.okafor").page(CLIENTS)
    expect(page.get_by_role("row")).not_to_have_count(1)
    look.at(page, "Clients")
    for query in ("?q=bridge", "?q=nothing like it", "?type=hybrid"):
        page.goto(CLIENTS + query)
        look.at(page, query)
    page.goto("/security/roles")
    look.at(page, "Roles")
    for guide in ("client-credentials", "hybrid"):
        page.goto(f"/help/get-started/{guide}")
        look.at(page, f"Get started, {guide}")
    page.goto(f"{CLIENTS}/00000000-0000-4000-8000-000000000000")
    look.at(page, "404")
    look.at(arrive("jonas.berg").page(f"{CLIENTS}/add"), "403")
    look.at(arrive("zofia").page(CLIENTS), "No clients")


def test_details(arrive: Callable[[str], Visitor], look: Look) -> None:
    page = arrive("mara.okafor").page(CLIENTS)
    path = page.get_by_role("link", name=PUMP, exact=True).get_attribute("href")
    for tab in ("", "/secrets", "/roles", "/activity"):
        page.goto(f"{path}{tab}")
        look.at(page, f"Details{tab}")
    page.goto(f"{path}/secrets")
    page.get_by_role("link", name=re.compile("Remove secret")).first.click()
    expect_window(page, "Remove Secret")
    look.at(page, "Remove Secret")
    page.goto(f"{path}/secrets/add")
    look.at(page, "Add Secret as a page")
    page.goto(f"{path}/tokens/end")
    look.at(page, "End all tokens of this client")


def test_windows(arrive: Callable[[str], Visitor], look: Look) -> None:
    page = arrive("mara.okafor").page("/security/roles")
    page.get_by_role("link", name="Add Role").click()
    expect_window(page, "Add Role")
    look.at(page, "Add Role")
    page.goto(CLIENTS)
    window = open_add_client(page)
    look.at(page, "Add Client")
    window.get_by_label("Token Lifetime").fill("7200")
    window.get_by_role("checkbox", name="Full control of the tenant").check()
    send_wrong(page, "Continue")
    look.at(page, "Add Client, errors")
    page.goto(CLIENTS)
    to_second_step(page, "For everybody")
    look.at(page, "Add Secret")
    window.get_by_label("Expiration Date and time").fill("never")
    send_wrong(page, "Add")
    look.at(page, "Add Secret, errors")
    window.get_by_role("checkbox", name="Never Expires").check()
    look.at(page, "Never Expires")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    look.at(page, "Client Successfully Created")
    page.keyboard.press("Escape")
    expect(window.get_by_role("button", name="Keep open")).to_be_focused()
    look.at(page, "Not copied")


def open_window(page: Page, address: str, title: str) -> None:
    """Open a window over the page as its link does."""
    page.evaluate("address => htmx.ajax('GET', address, '#window')", address)
    expect_window(page, title)


def test_windows_of_a_client(arrive: Callable[[str], Visitor], look: Look) -> None:
    page = arrive("mara.okafor").page(CLIENTS)
    used = page.get_by_role("link", name=PUMP, exact=True).get_attribute("href")
    page.goto(f"{used}/secrets")
    edit = page.get_by_role("link", name=re.compile("Edit secret")).first.get_attribute("href")
    assert edit is not None
    for address, title in (
        (f"{used}/edit", "Edit Client"),
        (f"{used}/disable", "Disable Client"),
        (f"{used}/enable", "Enable Client"),
        (f"{used}/remove", "Remove Client"),
        (f"{used}/secrets/add", "Add Secret"),
        (edit, "Edit Secret"),
        (edit.replace("/edit", "/rotate"), "Rotate Secret"),
    ):
        open_window(page, address, title)
        look.at(page, title)
        page.goto(f"{used}/secrets")
    open_window(page, f"{used}/edit", "Edit Client")
    window_of(page).get_by_label("Name", exact=True).fill("")
    send_wrong(page, "Save")
    look.at(page, "Edit Client, errors")


def test_windows_of_roles_and_what_was_removed(
    arrive: Callable[[str], Visitor], look: Look
) -> None:
    page = arrive("mara.okafor").page("/security/roles")
    for deed in ("Edit", "Remove"):
        page.get_by_role("link", name=f"{deed} role MyData.Role").click()
        expect_window(page, f"{deed} Role")
        look.at(page, f"{deed} Role")
        page.keyboard.press("Escape")
    page.goto(CLIENTS)
    to_second_step(page, "To be removed")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    path = f"{CLIENTS}/{window_of(page).locator('#id_client_id').inner_text()}"
    page.goto(f"{path}/remove")
    press(page, "Remove")
    expect(page.locator("#toasts")).to_contain_text("It can be restored for 30 days.")
    page.goto(f"{CLIENTS}?show=removed")
    look.at(page, "Removed")
    open_window(page, f"{path}/restore", "Restore Client")
    look.at(page, "Restore Client")


@pytest.mark.parametrize("client_type", ["authorization-code", "hybrid"])
def test_windows_of_types_with_urls(
    arrive: Callable[[str], Visitor], look: Look, client_type: str
) -> None:
    page = arrive("mara.okafor").page(f"{CLIENTS}?type={client_type}")
    page.locator("#add-client").click()
    window = expect_window(page, "Add Client")
    window.get_by_label("Name", exact=True).fill(f"Map {client_type}")
    for url in ("https://map.example/1", "http://map.example/2"):
        window.locator("#id_redirect_uris").fill(url)
        window.get_by_role("button", name="Add another URL to Allowed Redirect URL(s)").click()
        expect(window.get_by_role("listitem").filter(has_text=url)).to_be_visible()
    look.at(page, f"Add Client, {client_type}")
    send_wrong(page, "Continue" if client_type == "hybrid" else "Add")
    look.at(page, f"Add Client, {client_type}, errors")
    window.get_by_role("button", name="Remove http://map.example/2").click()
    expect(window.get_by_role("listitem").filter(has_text="http://map")).to_have_count(0)
    if client_type == "hybrid":
        press(page, "Continue")
        expect_window(page, "Add Secret")
    press(page, "Add")
    expect_window(page, "Client Successfully Created")
    look.at(page, f"Client Successfully Created, {client_type}")
    page.goto(f"{CLIENTS}/{window_of(page).locator('#id_client_id').inner_text()}")
    look.at(page, f"Details, {client_type}")


def test_sent_twice_and_a_fault_of_ours(arrive: Callable[[str], Visitor], look: Look) -> None:
    visitor = arrive("mara.okafor")
    visitor.expect(409, 500)
    page = visitor.page(CLIENTS)
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
    look.at(page, "Already Added")
    html = render_to_string("clients_app/server_error.html", {"operation_id": "x", "title": "x"})
    page.set_content(html)
    look.at(page, "500")


def test_confirm_your_identity(
    live_portal: PortalProcess, arrive: Callable[[str], Visitor], look: Look
) -> None:
    visitor = arrive("mara.okafor")
    (session,) = (c["value"] for c in visitor.context.cookies() if c["name"] == "sessionid")
    aged = live_portal.manage("shell", "-c", AGE.format(session=session))
    assert aged.returncode == 0, aged.stderr
    page = visitor.page(CLIENTS)
    page.get_by_role("link", name="Add Client").first.click()
    expect_window(page, "Confirm your identity")
    look.at(page, "Confirm your identity")
    window_of(page).get_by_label("Password").fill("wrong")
    send_wrong(page, "Continue")
    look.at(page, "Confirm your identity, wrong")


AGE = """
from django.contrib.sessions.backends.db import SessionStore
store = SessionStore({session!r})
for proof in store["account_authentication_methods"]:
    proof["at"] -= 3600
store.save()
"""
