"""The clicks of `make ui-report`: each is timed by the page itself.

From the event to the frame after the last change it made or, if it opens another page, to that
page's largest paint.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.bench.lighthouse import Rows
from tests.journeys.visitor import Visitor

ROUNDS = int(os.environ.get("ROUNDS", "10"))

# In each page: when the last click was, and when the last change after it was on the screen.
WATCH = """
for (const kind of ["click", "change"]) addEventListener(kind, (event) => {
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


def _link(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("link", name=name, exact=True).first.click()


def _place(name: str) -> Callable[[Page], None]:
    def do(page: Page) -> None:
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()

    return do


def _at(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def _shown(show: str) -> Callable[[Page], None]:
    return lambda page: page.locator("#id_show").select_option(show) and None


def _round() -> Iterator[Click]:
    """Yield the clicks of one walk through the portal, in order."""
    yield Click("Clients, in the left pane", _place("Clients"), leads_away=True)
    yield Click("a client of the list", _at(".row-link"))
    for tab in ("secrets", "roles", "activity", "details"):
        yield Click(f"tab {tab.title()}", _at(f"#tab-{tab}"))
    yield Click("chart of a client, 30 days", _link("30 days"))
    yield Click("Edit Client", _link("Edit Client"))
    yield Click("Close the pane", _at("[data-close-details]"))
    for column in ("expires", "roles", "used", "status", "name"):
        yield Click(f"sort by {column}", _at(f"#sort-{column}"))
    yield Click("Next page", _link("Next"))
    yield Click("Client Type Hybrid", _at("input[value=hybrid]"))
    yield Click("Client Type Client-Credentials", _at("input[value=client-credentials]"))
    yield from _states_of_the_list()
    yield Click("Add Client", _at("#add-client"))
    yield Click("Find", _at("#find"))
    yield Click("Roles", _place("Roles"), leads_away=True)
    yield Click("Activity", _place("Activity"), leads_away=True)
    yield Click("a day of Activity", _at("a.day"))
    yield Click("Get started", _place("Get started"), leads_away=True)


def _states_of_the_list() -> Iterator[Click]:
    """Yield the clicks that show what needs attention, and that select all clients."""
    yield Click("Usage of all clients", _at("#clients-usage"))
    yield Click("Usage of all clients, 30 days", _link("30 days"))
    yield Click("Close the pane", _at("[data-close-details]"))
    yield Click("Show > Timeline", _shown("timeline"))
    yield Click("a week of the timeline", _at("#timeline a"))
    yield Click("Show > Failing", _shown("failing"))
    yield Click("Show > All clients", _shown(""))
    yield Click("Select", _at("#select"))
    yield Click("Select all that match", _at("#select-everything"))


def clicks(visitor: Visitor) -> Rows:
    """Return how long the clicks of several walks through the portal took."""
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
        line = f"{what}: {statistics.median(some):.0f} ms at the median, {max(some):.0f} at most"
        print(line, flush=True)  # noqa: T201  its answer
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
