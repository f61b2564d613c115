"""`make ui-report`: how fast the screens are in Chromium, with 50,000 clients.

Prints one table. CLIENTS, ROUNDS and PARTS are read from the environment.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.bench import lighthouse
from tests.bench.lighthouse import Rows
from tests.bench.ui_clicks import WATCH, clicks
from tests.journeys import find_troubles
from tests.journeys.rotate_by_keys import rotate_first_by_keys
from tests.journeys.visitor import ARGUMENTS, Visitor, chromium_path, focused, sign_in, window_of
from tests.portal_process import CHECKOUT, USERNAME, PortalProcess

CLIENTS = int(os.environ.get("CLIENTS", "50000"))
PARTS = os.environ.get("PARTS", "page clicks keys troubles lighthouse").split()
KEY_MS = 60  # between two keystrokes of a person
OTHERS = 2000  # clients of the tenant that has troubles
READ_S = 3  # to read a page that is new to a person, and to decide where to click


def main() -> None:
    """Measure and print one table; exit with status 1 if Chromium reported errors."""
    with tempfile.TemporaryDirectory(prefix="ui-report-") as folder, ExitStack() as stack:
        more = {"CLIENTS_PER_TENANT": str(max(CLIENTS, OTHERS) + 10)}  # some are added later
        portal = stack.enter_context(PortalProcess(Path(folder) / "var", **more))
        _fill(portal)
        browser = _chromium(stack)
        visitor = Visitor(browser, portal)
        visitor.context.add_init_script(WATCH)
        sign_in(page := visitor.page("/sign-in"), USERNAME)
        page.wait_for_url("**/security/clients*")
        page.close()
        parts = {"page": _first_page, "clicks": clicks, "keys": _by_keyboard}
        rows = [row for name, part in parts.items() if name in PARTS for row in part(visitor)]
        cookies = {one["name"]: one["value"] for one in visitor.context.cookies()}
        complaints = visitor.close()
        if "troubles" in PARTS:
            rows += _troubles(stranger := Visitor(browser, portal))
            complaints += stranger.close()
        rows.append(("console errors and breaches of the policy", "0", str(len(complaints))))
        if "lighthouse" in PARTS:
            rows += lighthouse.scores(portal, cookies, Path(folder) / "lighthouse")
    say("\n| measured | wanted | figure |\n| --- | --- | --- |")
    for what, wanted, figure in rows:
        say(f"| {what} | {wanted} | {figure} |")
    sys.exit("\n".join(complaints) or None)


def _chromium(stack: ExitStack) -> Browser:
    playwright = stack.enter_context(sync_playwright())
    path = chromium_path(with_windows=True)  # as for people
    browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    stack.callback(browser.close)
    return browser


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


def _troubles(stranger: Visitor) -> Rows:
    """Find five troubles among 2,000 clients, and rotate the first secret of what expires."""
    username = find_troubles.plant(stranger.portal)
    find_troubles.enter(page := stranger.page("/sign-in"), username)
    began = time.monotonic()
    clicks = [found.clicks for found in find_troubles.find_all(page)]
    took = time.monotonic() - began + sum(clicks) * READ_S
    stranger.context.grant_permissions(["clipboard-read", "clipboard-write"])
    began = time.monotonic()
    keys = rotate_first_by_keys(page)
    rotated = time.monotonic() - began + keys * KEY_MS / 1000
    return [
        (
            f"five troubles of 2,000 clients, {sum(clicks)} clicks with {READ_S} s to read each",
            "< 60 s",
            f"{took:.1f} s",
        ),
        (f"from the list to the first rotation, {keys} keys", "< 20 s", f"{rotated:.1f} s"),
    ]


def say(text: str) -> None:
    """Print a line immediately."""
    print(text, flush=True)  # noqa: T201  its answer


if __name__ == "__main__":
    main()
