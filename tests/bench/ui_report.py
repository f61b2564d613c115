"""`make ui-report`: how fast the screens are in Chromium, with 50,000 clients.

The page itself times each click: from the event to the frame after the last change it made, or,
if it opens another page, to that page's largest paint. Prints one table. CLIENTS, ROUNDS and PARTS
are read from the environment.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench import lighthouse
from tests.bench.lighthouse import Rows
from tests.journeys.visitor import ARGUMENTS, Visitor, chromium_path, focused, sign_in, window_of
from tests.portal_process import CHECKOUT, USERNAME, PortalProcess

CLIENTS = int(os.environ.get("CLIENTS", "50000"))
ROUNDS = int(os.environ.get("ROUNDS", "10"))
PARTS = os.environ.get("PARTS", "page clicks keys lighthouse").split()
KEY_MS = 60  # between two keystrokes of a person

# In each page: when the last click was, and when the last change after it was on the screen.
WATCH = """
addEventListener("click", (event) => {
  sessionStorage.clickedAt = performance.timeOrigin + event.timeStamp;
  window.settledAt = 0;
}, true);
addEventListener("htmx:afterSettle", () => requestAnimationFrame(() => setTimeout(() => {
  window.settledAt = performance.timeOrigin + performance.now();
})), true);
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  window.paintedAt = performance.timeOrigin + list.getEntries().at(-1).startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
SETTLED = "window.settledAt && window.settledAt - Number(sessionStorage.clickedAt)"
PAINTED = "window.paintedAt && window.paintedAt - Number(sessionStorage.clickedAt)"


class Click(NamedTuple):
    """A click on the link or button with this accessible name; it may open another page."""

    what: str
    do: Callable[[Page], None]
    leads_away: bool = False


def main() -> None:
    """Measure and print one table; exit with status 1 if Chromium reported errors."""
    with tempfile.TemporaryDirectory(prefix="ui-report-") as folder, ExitStack() as stack:
        more = {"CLIENTS_PER_TENANT": str(CLIENTS + 10)}  # some are added later
        portal = stack.enter_context(PortalProcess(Path(folder) / "var", **more))
        _fill(portal)
        playwright = stack.enter_context(sync_playwright())
        chromium = chromium_path(with_windows=True)  # as for people
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        visitor = Visitor(browser, portal)
        visitor.context.add_init_script(WATCH)
        sign_in(page := visitor.page("/sign-in"), USERNAME)
        page.wait_for_url("**/security/clients*")
        page.close()
        parts = {"page": _first_page, "clicks": _clicks, "keys": _by_keyboard}
        rows = [row for name, part in parts.items() if name in PARTS for row in part(visitor)]
        cookies = {one["name"]: one["value"] for one in visitor.context.cookies()}
        complaints = visitor.leave()
        browser.close()
        rows.append(("console errors and breaches of the policy", "0", str(len(complaints))))
        if "lighthouse" in PARTS:
            rows += lighthouse.scores(portal, cookies, Path(folder) / "lighthouse")
    say("\n| measured | wanted | figure |\n| --- | --- | --- |")
    for what, wanted, figure in rows:
        say(f"| {what} | {wanted} | {figure} |")
    sys.exit("\n".join(complaints) or None)


def _fill(portal: PortalProcess) -> None:
    say(f"Adding {CLIENTS} clients ...")
    subprocess.run(
        [sys.executable, "-m", "tests.bench.seed", str(CLIENTS)],
        cwd=CHECKOUT,
        env=portal.environment,
        check=True,
        capture_output=True,
    )


def _first_page(visitor: Visitor) -> Rows:
    """Return the size of the page of clients with everything that it loads without a cache."""
    page = visitor.page("/security/clients")
    wire = visitor.context.new_cdp_session(page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.wait_for_load_state("networkidle")
    received.clear()
    wire.send("Network.clearBrowserCache")
    page.reload()
    page.wait_for_load_state("networkidle")
    shift = page.evaluate("window.shift")
    page.close()
    return [
        ("first page of clients, all that it loads", "< 60 KB", f"{sum(received) / 1000:.1f} KB"),
        ("layout shift while it loads", "0", f"{shift:.3f}"),
    ]


def _link(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("link", name=name, exact=True).first.click()


def _place(name: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    return do


def _at(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def _round() -> Iterator[Click]:
    """Yield the clicks of one walk through the portal, in order."""
    yield Click("Clients, in the left pane", _place("Clients"), leads_away=True)
    yield Click("a client of the list", _at(".row-link"))
    for tab in ("secrets", "roles", "activity", "details"):
        yield Click(f"tab {tab.title()}", _at(f"#tab-{tab}"))
    yield Click("Edit Client", _link("Edit Client"))
    yield Click("Close the pane", _at("[data-close-details]"))
    for column in ("expires", "roles", "used", "status", "name"):
        yield Click(f"sort by {column}", _at(f"#sort-{column}"))
    yield Click("Next page", _link("Next"))
    yield Click("Client Type Hybrid", _at("input[value=hybrid]"))
    yield Click("Client Type Client-Credentials", _at("input[value=client-credentials]"))
    yield Click("Select", _at("#select"))
    yield Click("Add Client", _at("#add-client"))
    yield Click("Find", _at("#find"))
    yield Click("Roles", _place("Roles"), leads_away=True)
    yield Click("Activity", _place("Activity"), leads_away=True)
    yield Click("Get started", _place("Get started"), leads_away=True)


def _clicks(visitor: Visitor) -> Rows:
    page = visitor.page("/security/roles")
    taken: dict[str, list[float]] = {}
    shift = 0.0
    for number in range(ROUNDS + 1):  # the first is not counted, as it warms up the server
        for click in _round():
            before = 0.0 if click.leads_away else page.evaluate("window.shift")
            took = _timed(page, click)
            if click.what == "a client of the list":
                shift = max(shift, page.evaluate("window.shift") - before)
            if number:
                taken.setdefault(click.what, []).append(took)
    page.close()
    every = sorted(took for some in taken.values() for took in some)
    for what, some in taken.items():
        say(f"{what}: {statistics.median(some):.0f} ms at the median, {max(some):.0f} at most")
    worst = max(taken, key=lambda what: statistics.median(taken[what]))
    return [
        (
            "any click to the finished paint, median",
            "< 150 ms",
            f"{statistics.median(every):.0f} ms",
        ),
        ("the same, 95th of 100", "< 300 ms", f"{every[int(len(every) * 0.95)]:.0f} ms"),
        (
            f"the slowest of {len(taken)} clicks at its median ({worst})",
            "",
            f"{statistics.median(taken[worst]):.0f} ms",
        ),
        ("layout shift when the pane opens", "0", f"{shift:.3f}"),
    ]


def _timed(page: Page, click: Click) -> float:
    """Click and return the milliseconds it took; close a window that it opened."""
    click.do(page)
    if click.leads_away:
        page.wait_for_load_state("networkidle")
        return _told(page, PAINTED)
    _told(page, SETTLED)
    page.wait_for_timeout(100)  # for further changes by the same click
    took = float(page.evaluate(SETTLED))
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    return took


def _told(page: Page, what: str) -> float:
    """Return the value as soon as the page has it; its CSP forbids Playwright's own wait."""
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        if told := page.evaluate(what):
            return float(told)
        page.wait_for_timeout(20)
    raise SystemExit("A click led to nothing within 15 seconds.")


def _by_keyboard(visitor: Visitor) -> Rows:
    """Go from the list to Close with the keyboard, at a person's pace; return how long it took."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page("/security/clients")
    began = time.monotonic()
    page.keyboard.press("c")
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type(f"Keyboard {time.time_ns()}", delay=KEY_MS)
    page.keyboard.press("Enter")
    expect(page.locator("#id_secret_description")).to_be_focused()
    page.keyboard.press("Enter")
    expect(window_of(page).get_by_role("button", name="Copy Client Id")).to_be_focused()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key, delay=KEY_MS)
    expect(window_of(page).get_by_text("Client Secret copied", exact=True)).to_be_visible()
    while focused(page).strip() != "Close":
        page.keyboard.press("Tab", delay=KEY_MS)
    page.keyboard.press("Enter")
    expect(window_of(page)).to_have_count(0)
    took = time.monotonic() - began
    page.close()
    return [("Add Client to Close by keys alone", "< 15 s", f"{took:.1f} s")]


def say(text: str) -> None:
    """Print a line immediately."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    main()
